-- Second of three: reads all of `events` once, beside its readers and writers.
ALTER TABLE events VALIDATE CONSTRAINT events_first;

INSERT INTO chapters (stream, first_seq, first_n, first_at, class)
SELECT DISTINCT ON (stream, date_trunc('month', to_timestamp(at / 1000.0) AT TIME ZONE 'UTC'))
       stream, seq, n - (tag = 'message.created')::int, at, class
FROM events
ORDER BY stream, date_trunc('month', to_timestamp(at / 1000.0) AT TIME ZONE 'UTC'), seq
ON CONFLICT DO NOTHING;

UPDATE members m SET from_n = e.n
FROM events e
WHERE e.stream = 'c:' || m.chat::text AND e.seq = m.from_seq AND m.from_n IS NULL;

UPDATE members m SET until_n = e.n, until_at = e.at, until_name = (
    SELECT named.event ->> 'name' FROM events named
    WHERE named.stream = e.stream AND named.seq <= e.seq AND named.tag IN ('chat.created', 'chat.renamed')
    ORDER BY named.seq DESC LIMIT 1)
FROM events e
WHERE e.stream = 'c:' || m.chat::text AND e.seq = m.until_seq AND m.until_at IS NULL;
