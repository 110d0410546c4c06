-- How far people are in their chats. From here on written by svc-persister alone, from `receipt-topic`.

-- `seq` is what was read. `n` stays for the release before: how many messages there were follows from the event.
ALTER TABLE read_marks
    ALTER COLUMN n SET DEFAULT 0,
    ADD COLUMN read_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN delivered_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN delivered_at bigint NOT NULL DEFAULT 0,
    -- seq, minute (Unix ms), seq, minute … newest first: up to where it had been read by then.
    ADD COLUMN moments bigint [] NOT NULL DEFAULT '{}';

-- One row a partition of receipt-topic: who owns it (epoch) and how far Postgres is (next_offset).
CREATE TABLE receipt_partitions (
    id integer PRIMARY KEY CHECK (id >= 0),
    epoch bigint NOT NULL DEFAULT 0,
    next_offset bigint NOT NULL DEFAULT 0,
    cluster_id text NOT NULL,
    topic_id text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Who may know how far one is: everyone in the same chat, or nobody. All rows have the default, so none needs to be validated.
ALTER TABLE profiles ADD COLUMN receipts text NOT NULL DEFAULT 'everyone';
ALTER TABLE profiles ADD CONSTRAINT profiles_receipts CHECK (receipts IN ('everyone', 'nobody')) NOT VALID;
