-- nexync: non-transactional
-- Pages of a group's members, admins first ('admin' sorts before 'member'), then by how long they are in.
CREATE INDEX CONCURRENTLY members_page ON members (chat, role, from_seq, person) WHERE until_seq IS NULL;
