"""The SQL that reads; what a flush writes is in `flush_sql`."""

END_OLD_FLUSHES = """
SELECT pg_terminate_backend(l.pid) FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.classid::bigint = %s AND l.objid::bigint = %s AND l.objsubid = 2
  AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""A frozen owner may hang in the middle of a flush; its rows would block ours until it wakes."""

TAKE = """
INSERT INTO partitions AS p (id, epoch, next_offset, log_epoch, cluster_id, topic_id)
VALUES (%s, 1, 0, (SELECT coalesce(max(log_epoch), 1) FROM partitions), %s, %s)
ON CONFLICT (id) DO UPDATE SET epoch = p.epoch + 1, updated_at = now(),
  cluster_id = coalesce(p.cluster_id, excluded.cluster_id),
  topic_id = coalesce(p.topic_id, excluded.topic_id)
RETURNING epoch, next_offset, log_epoch, cluster_id, topic_id
"""

RECENT = """
SELECT stream || ' ' || sender::text || ' ' || id::text, seq, code, digest, at, log_epoch FROM (
  (SELECT stream, sender, id, seq, NULL AS code, digest, at, log_epoch, log_offset
   FROM events WHERE partition = %(p)s ORDER BY log_epoch DESC, log_offset DESC LIMIT %(limit)s)
  UNION ALL
  (SELECT stream, sender, id, NULL, code, digest, at, log_epoch, log_offset
   FROM rejections WHERE partition = %(p)s ORDER BY log_epoch DESC, log_offset DESC LIMIT %(limit)s)
  ORDER BY log_epoch DESC, log_offset DESC LIMIT %(limit)s
) AS newest ORDER BY log_epoch, log_offset
"""

FUTURE = "SELECT id FROM rejections WHERE partition = %s AND code = 'id_in_future'"

DERIVED = """
SELECT log_offset, position, target_partition, stream, envelope FROM derived_commands
WHERE partition = %s ORDER BY log_offset, position
"""

LOAD = """
SELECT id, partition, log_epoch, head, n, at, snapshot::text FROM streams WHERE id = ANY(%s)
"""

FIND = """
WITH k AS (
  SELECT key, stream, sender::uuid AS sender, id::uuid AS id, log_epoch, log_offset, since
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::bigint[])
  AS u (key, stream, sender, id, log_epoch, log_offset, since)
)
SELECT k.key, e.seq, e.log_epoch, NULL::text, e.digest FROM k
JOIN events e ON e.stream = k.stream AND e.sender = k.sender AND e.id = k.id AND e.at >= k.since
  AND (e.log_epoch, e.log_offset) < (k.log_epoch, k.log_offset)
UNION ALL
SELECT k.key, NULL, r.log_epoch, r.code, r.digest FROM k
JOIN rejections r ON r.stream = k.stream AND r.sender = k.sender AND r.id = k.id
  AND (r.log_epoch, r.log_offset) < (k.log_epoch, k.log_offset)
"""

"""`since`: no event is older than its id by more than what an id may be ahead, so older months aren't looked at."""

HEADS_SINCE = """
SELECT s.id, s.log_epoch, s.head, s.n, e.at, e.id::text, e.sender::text, e.tag, e.event::text
FROM streams s JOIN events e ON e.stream = s.id AND e.seq = s.head AND e.at = s.at
WHERE s.id IN (
  SELECT DISTINCT stream FROM events WHERE partition = %s AND log_epoch = %s AND log_offset >= %s
)
"""

ADVANCE = """
UPDATE partitions SET next_offset = %s, updated_at = now()
WHERE id = %s AND epoch = %s AND next_offset = %s
"""

POSITIONS = "SELECT id, epoch, next_offset FROM partitions WHERE id = ANY(%s)"
