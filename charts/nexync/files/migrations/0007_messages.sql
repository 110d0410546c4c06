-- What became of messages: the newest text, deletions, reactions. Written by svc-persister with their events.

-- One row an edit. The text is in `events`; the newest row of a target is its text now, all of them its history.
CREATE TABLE message_edits (
    stream text NOT NULL,
    target bigint NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (stream, target, seq)
);

-- Deleted for all. With this row the texts of the message and of its edits are gone from `events`.
CREATE TABLE message_deletions (
    stream text NOT NULL,
    target bigint NOT NULL,
    seq bigint NOT NULL,
    sender uuid NOT NULL,
    PRIMARY KEY (stream, target)
);

-- One of each emoji a person and message, with the event since which it is there.
CREATE TABLE message_reactions (
    stream text NOT NULL,
    target bigint NOT NULL,
    emoji text NOT NULL,
    person uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (stream, target, emoji, person)
);
