-- The newest link that replaces a person's forgotten password. It is signed, and its row goes when it is used.
CREATE TABLE password_resets (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
