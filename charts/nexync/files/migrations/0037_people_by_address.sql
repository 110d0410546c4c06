-- nexync: non-transactional
-- Administrators find people by any part of the address; username and name have such an index already.
CREATE INDEX CONCURRENTLY people_email_trgm ON people USING gin (email gin_trgm_ops);
