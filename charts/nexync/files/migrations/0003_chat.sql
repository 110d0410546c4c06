-- What svc-chat owns: relations between people, read marks, its outbox.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Both indexes are made before the first release, on an empty table, so they block nobody.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX people_username_trgm ON people USING gin (username gin_trgm_ops);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX people_name_trgm ON people USING gin (name gin_trgm_ops);

-- One row a pair, person_a < person_b.
CREATE TABLE connections (
    person_a uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    person_b uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    asker uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    accepted_at timestamptz,
    PRIMARY KEY (person_a, person_b),
    CONSTRAINT connections_ordered CHECK (person_a < person_b),
    CONSTRAINT connections_asker CHECK (asker IN (person_a, person_b))
);
CREATE INDEX connections_b ON connections (person_b);

CREATE TABLE read_marks (
    chat uuid NOT NULL,
    person uuid NOT NULL,
    seq bigint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (chat, person)
);

CREATE TABLE chat_outbox (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    stream text NOT NULL,
    partition integer NOT NULL,
    envelope bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
