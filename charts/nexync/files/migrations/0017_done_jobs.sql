-- Jobs that svc-mailer has done, so that one that is delivered again is not done twice. Written by svc-mailer alone,
-- which keeps a row for a week.
CREATE TABLE done_jobs (
    id text PRIMARY KEY,
    done_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX done_jobs_age ON done_jobs (done_at);
