-- By how many factors a session was opened: 0 is only to set up the second one that the operator asks for.
-- What was opened before counts as one, and so logs in again once two are asked for.
ALTER TABLE sessions ADD COLUMN factors integer NOT NULL DEFAULT 1;
