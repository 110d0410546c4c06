-- Reports of messages and people, for those who run the installation. Written by svc-chat alone; whoever looks into a
-- report sets handled_at. No references to people: a report outlasts the account that it is about.
CREATE TABLE reports (
    id uuid PRIMARY KEY,
    reporter uuid NOT NULL,
    person uuid NOT NULL,
    -- Of a reported message; without it the report is about the person.
    chat uuid,
    seq bigint,
    -- Its text when it was reported first, and when it was written, Unix milliseconds.
    said text,
    said_at bigint,
    reason text NOT NULL,
    comment text NOT NULL DEFAULT '',
    reported_at timestamptz NOT NULL DEFAULT now(),
    handled_at timestamptz,
    CONSTRAINT reports_message CHECK ((chat IS NULL) = (seq IS NULL) AND (chat IS NULL) = (said IS NULL)),
    CONSTRAINT reports_once UNIQUE NULLS NOT DISTINCT (reporter, person, chat, seq)
);
CREATE INDEX reports_recent ON reports (reporter, reported_at);
CREATE INDEX reports_waiting ON reports (reported_at) WHERE handled_at IS NULL;

-- What waits to be looked into, the oldest first: SELECT * FROM reports_open;
CREATE VIEW reports_open AS
SELECT r.id, r.reported_at, r.reason, r.comment, a.username AS reporter, p.username AS person, r.person AS person_id,
       r.chat, r.seq, r.said, to_timestamp(r.said_at / 1000.0) AS said_at,
       (SELECT count(*) FROM reports o WHERE o.person = r.person) AS reports_of_person
FROM reports r
LEFT JOIN people a ON a.id = r.reporter
LEFT JOIN people p ON p.id = r.person
WHERE r.handled_at IS NULL
ORDER BY r.reported_at;
