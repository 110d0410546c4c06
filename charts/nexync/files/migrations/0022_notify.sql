-- Which flushed messages people are still to be told of: one row a stream with new messages and flush, until RabbitMQ
-- has it. Written by svc-persister alone.
CREATE TABLE notify (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text NOT NULL,
    low bigint NOT NULL,
    high bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
