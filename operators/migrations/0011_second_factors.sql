-- Second factors of log-in. Secrets are sealed by svc-auth's factor key; `last_step` is the newest time step accepted.
CREATE TABLE second_factors (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    secret bytea NOT NULL,
    last_step bigint NOT NULL,
    recovery_salt bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- A factor that waits for its first code; the newest of a person.
CREATE TABLE second_factor_enrolments (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    session uuid NOT NULL,
    secret bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Recovery codes that are not used yet, as argon2id with the person's salt.
CREATE TABLE recovery_codes (
    person uuid NOT NULL REFERENCES second_factors (person) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    PRIMARY KEY (person, code_hash)
);
