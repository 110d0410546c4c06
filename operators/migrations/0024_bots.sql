-- Bots: people without a password, made by a person, who log in by a token. Written by svc-auth alone.
ALTER TABLE people ADD COLUMN bot boolean NOT NULL DEFAULT false;

-- A bot has one token at most. Its session carries it: ending that closes the sockets. Whoever is retired stays in
-- `people`, since what they wrote stays.
CREATE TABLE bots (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    owner uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    retired_at timestamptz,
    token_hash bytea UNIQUE,
    token_at timestamptz,
    session uuid UNIQUE REFERENCES sessions (id) ON DELETE SET NULL,
    CONSTRAINT bots_token CHECK ((token_hash IS NULL) = (token_at IS NULL)),
    CONSTRAINT bots_retired CHECK (retired_at IS NULL OR token_hash IS NULL)
);
CREATE INDEX bots_owner ON bots (owner, made_at);
