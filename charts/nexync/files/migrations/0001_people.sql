-- People, sessions, codes and svc-auth's outbox. Written by svc-auth alone.
CREATE TABLE people (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    username text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    partition integer NOT NULL CHECK (partition >= 0),
    verified_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT people_email_lower CHECK (email = lower(email)),
    CONSTRAINT people_username_lower CHECK (username = lower(username))
);
CREATE UNIQUE INDEX people_email_key ON people (email);
CREATE UNIQUE INDEX people_username_key ON people (username);

CREATE TABLE verification_codes (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    code_hash text NOT NULL,
    tries_left integer NOT NULL CHECK (tries_left >= 0),
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    person uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX sessions_person ON sessions (person);

-- One row a refresh token ever given; only the newest unused one of a session is good.
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session);

CREATE TABLE auth_outbox (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    queue text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
