-- nexync: non-transactional
-- Whose time has come; the job asks by this.
CREATE INDEX CONCURRENTLY people_to_erase ON people (erase_at) WHERE erase_at IS NOT NULL AND erased_at IS NULL;
