-- Passkeys (WebAuthn credentials) that open an account. Written by svc-auth alone; the private keys are nobody's here.
CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    person uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    credential bytea NOT NULL,
    public_key bytea NOT NULL,
    -- Signatures so far, as the authenticator counts them; 0 for ever where it doesn't.
    sign_count bigint NOT NULL,
    transports text[] NOT NULL,
    name text NOT NULL,
    synced boolean NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT passkeys_credential UNIQUE (credential)
);
CREATE INDEX passkeys_person ON passkeys (person);
