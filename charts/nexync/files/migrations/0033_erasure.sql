-- Accounts that are erased (docs/adr/0059): first asked for, then due, then a row that names nobody any more.
-- svc-auth writes both columns; what others see of the person ends with the first.
ALTER TABLE people ADD COLUMN erase_at timestamptz;
ALTER TABLE people ADD COLUMN erased_at timestamptz;

-- What is still to be done for somebody whose account is gone. svc-auth begins and ends it, svc-chat sets `left_at`
-- once its rows are gone and the log has taken what it was told.
CREATE TABLE erasures (
    person uuid PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    left_at timestamptz,
    done_at timestamptz
);

-- Whom the log calls erased; svc-persister's. After a backup was put back, the replay fills it again, and svc-auth
-- erases anew who came back to life.
CREATE TABLE erased_people (
    person uuid PRIMARY KEY,
    -- Unix milliseconds.
    at bigint NOT NULL
);

-- Usernames that nobody may take yet because somebody was known by them: SHA-256 of what the name looks like.
CREATE TABLE held_usernames (
    digest bytea PRIMARY KEY,
    until timestamptz NOT NULL
);

-- An entry stays, but the name of who was erased is taken out of it: by the one that the row of that person has now.
CREATE OR REPLACE FUNCTION audit_log_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE'
       AND ROW(NEW.number, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.address)
           IS NOT DISTINCT FROM ROW(OLD.number, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.address)
       AND (NEW.actor_name = OLD.actor_name OR EXISTS (
           SELECT FROM people p WHERE p.id = OLD.actor AND p.erased_at IS NOT NULL AND p.username = NEW.actor_name))
       AND (NEW.subject_name = OLD.subject_name OR EXISTS (
           SELECT FROM people p WHERE p.id = OLD.subject AND p.erased_at IS NOT NULL AND p.username = NEW.subject_name))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'entries of audit_log are neither changed nor removed within a year';
END
$$;
