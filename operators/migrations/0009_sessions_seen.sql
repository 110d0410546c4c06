-- nexync: non-transactional
-- Who was here lately, for suggestions.
CREATE INDEX CONCURRENTLY sessions_seen ON sessions (seen_at DESC) WHERE ended_at IS NULL;
