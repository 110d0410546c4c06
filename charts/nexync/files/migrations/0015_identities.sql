-- Identities at providers (Google, GitHub, any OIDC issuer) that open an account. Written by svc-auth alone.
CREATE TABLE identities (
    id uuid PRIMARY KEY,
    issuer text NOT NULL,
    subject text NOT NULL,
    person uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    email text NOT NULL,
    linked_at timestamptz NOT NULL,
    CONSTRAINT identities_subject UNIQUE (issuer, subject),
    CONSTRAINT identities_person UNIQUE (person, issuer)
);

-- Mailed passwords, for people whose `password_hash` is empty: good once, to choose another.
CREATE TABLE one_time_passwords (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    password_hash text NOT NULL,
    expires_at timestamptz NOT NULL
);
