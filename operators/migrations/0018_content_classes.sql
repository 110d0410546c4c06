-- How long what was said is kept (ADR 0045). First of three: what is new, and the class of what is there.

-- One row a class. For readers, events of before kept_from (Unix ms) are gone; it moves forward a month at a time.
-- Each month has a table of its own from months_from on; what is older lies in one. One is the workspace's: what
-- svc-persister is set to, for svc-chat to tell.
CREATE TABLE content_classes (
    class text PRIMARY KEY,
    kept_from bigint NOT NULL DEFAULT 0,
    months_from bigint NOT NULL DEFAULT 0,
    workspace boolean NOT NULL DEFAULT false
);
INSERT INTO content_classes (class) VALUES ('days_30'), ('year_1');
INSERT INTO content_classes (class, workspace, months_from) VALUES
    ('forever', true,
     extract(epoch FROM date_trunc('month', now() AT TIME ZONE 'UTC') + interval '3 months')::bigint * 1000);

-- Where a stream's events lie: from first_seq up to the next chapter in this class, in the month of first_at.
-- A chapter outlives its events: with it readers know what is gone. first_n counts the messages before it.
CREATE TABLE chapters (
    stream text NOT NULL,
    first_seq bigint NOT NULL,
    first_n bigint NOT NULL,
    first_at bigint NOT NULL,
    class text NOT NULL,
    PRIMARY KEY (stream, first_seq)
);
CREATE INDEX chapters_month ON chapters (class, first_at);

-- What a list of chats needs of events that may be gone: the messages at the beginning of a span, and messages, time
-- and name of the chat at its end.
ALTER TABLE members
    ADD COLUMN from_n bigint,
    ADD COLUMN until_n bigint,
    ADD COLUMN until_at bigint,
    ADD COLUMN until_name text;

-- A constant default writes no row. Nobody has promised less than for ever to what is there.
ALTER TABLE events ADD COLUMN class text NOT NULL DEFAULT 'forever';

-- With this, the table can become a partition without being read once more under a lock; validated by the next file.
DO $$
BEGIN
    EXECUTE format(
        'ALTER TABLE events ADD CONSTRAINT events_first CHECK (class = ''forever'' AND at < %s) NOT VALID',
        (SELECT months_from FROM content_classes WHERE class = 'forever'));
END
$$;
