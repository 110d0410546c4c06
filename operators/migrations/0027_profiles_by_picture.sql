-- nexync: non-transactional
-- Whose picture it is, before it is removed.
CREATE INDEX CONCURRENTLY profiles_picture ON profiles (picture) WHERE picture IS NOT NULL;
