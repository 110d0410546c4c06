-- The log's projection. Written by svc-persister alone, each flush in one transaction.

-- One row a partition of chat-topic: who owns it (epoch) and how far Postgres is (next_offset).
CREATE TABLE partitions (
    id integer PRIMARY KEY CHECK (id >= 0),
    epoch bigint NOT NULL DEFAULT 0,
    next_offset bigint NOT NULL DEFAULT 0,
    log_epoch integer NOT NULL DEFAULT 1 CHECK (log_epoch >= 1),
    cluster_id text,
    topic_id text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- A stream's head and, for a chat, its snapshot (current members with role and from_seq).
CREATE TABLE streams (
    id text PRIMARY KEY,
    partition integer NOT NULL,
    log_epoch integer NOT NULL,
    head bigint NOT NULL CHECK (head >= 0),
    n bigint NOT NULL CHECK (n >= 0),
    at bigint NOT NULL,
    snapshot json NOT NULL
);
CREATE INDEX streams_partition ON streams (partition);

-- `event` keeps the bytes that readers saw live; at is Unix milliseconds.
CREATE TABLE events (
    stream text NOT NULL,
    seq bigint NOT NULL,
    log_epoch integer NOT NULL,
    n bigint NOT NULL,
    at bigint NOT NULL,
    id uuid NOT NULL,
    sender uuid NOT NULL,
    tag text NOT NULL,
    event json NOT NULL,
    digest bytea NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE UNIQUE INDEX events_command ON events (stream, sender, id);
CREATE UNIQUE INDEX events_offset ON events (partition, log_epoch, log_offset);

-- Commands that became no event: the same id has the same outcome for ever.
CREATE TABLE rejections (
    stream text NOT NULL,
    sender uuid NOT NULL,
    id uuid NOT NULL,
    log_epoch integer NOT NULL,
    code text NOT NULL,
    digest bytea NOT NULL,
    at bigint NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (stream, sender, id)
);
CREATE UNIQUE INDEX rejections_offset ON rejections (partition, log_epoch, log_offset);

-- What a person may see of a chat: one row a span; until_seq NULL while a member.
CREATE TABLE members (
    chat uuid NOT NULL,
    person uuid NOT NULL,
    role text NOT NULL,
    from_seq bigint NOT NULL,
    until_seq bigint,
    PRIMARY KEY (chat, person, from_seq)
);
CREATE INDEX members_person ON members (person, chat);
CREATE UNIQUE INDEX members_current ON members (chat, person) WHERE until_seq IS NULL;

-- Commands that follow from events, until Kafka has them.
CREATE TABLE derived_commands (
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    position integer NOT NULL,
    target_partition integer NOT NULL,
    stream text NOT NULL,
    envelope bytea NOT NULL,
    PRIMARY KEY (partition, log_offset, position)
);
