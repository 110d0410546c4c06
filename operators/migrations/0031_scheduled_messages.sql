-- Messages that somebody wants to be sent later. Written by svc-chat alone; a row goes once the log has its message.
CREATE TABLE scheduled_messages (
    id uuid PRIMARY KEY,
    person uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    chat uuid NOT NULL,
    -- Unix milliseconds.
    at bigint NOT NULL,
    -- The command `message.create`, as it will be.
    command jsonb NOT NULL,
    -- Why the log refused it; it waits for its author then.
    problem text
);
CREATE INDEX scheduled_messages_due ON scheduled_messages (at) WHERE problem IS NULL;
CREATE INDEX scheduled_messages_person ON scheduled_messages (person, chat, at);
