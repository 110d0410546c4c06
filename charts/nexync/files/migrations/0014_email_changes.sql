-- A new address that waits for its code; the newest of a person, good in the session that asked.
CREATE TABLE email_changes (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    session uuid NOT NULL,
    email text NOT NULL,
    code_hash text NOT NULL,
    tries_left integer NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT email_changes_lower CHECK (email = lower(email)),
    CONSTRAINT email_changes_tries CHECK (tries_left >= 0)
);
