"""People whom one may know, from Postgres: bounded at every step, so that it costs the same for everybody."""

from typing import Final

from nexync_contracts.ids import PersonId
from nexync_runtime.postgres import Pool
from svc_chat.ports import PersonRow, Suggestion

CIRCLE: Final = 200
"""Connections of the viewer, and of each of them, that are looked at."""

LATELY: Final = 200
"""Newest sessions that are looked at."""

_SUGGESTIONS: Final = """
WITH mine AS MATERIALIZED (
    SELECT other FROM (
        (SELECT person_b AS other FROM connections
         WHERE person_a = %(viewer)s::uuid AND accepted_at IS NOT NULL LIMIT %(circle)s)
        UNION ALL
        (SELECT person_a FROM connections
         WHERE person_b = %(viewer)s::uuid AND accepted_at IS NOT NULL LIMIT %(circle)s)
    ) both_ways LIMIT %(circle)s
), known AS (
    SELECT theirs.other AS person, count(*) AS mutual
    FROM mine CROSS JOIN LATERAL (
        (SELECT person_b AS other FROM connections
         WHERE person_a = mine.other AND accepted_at IS NOT NULL LIMIT %(circle)s)
        UNION ALL
        (SELECT person_a FROM connections
         WHERE person_b = mine.other AND accepted_at IS NOT NULL LIMIT %(circle)s)
    ) theirs GROUP BY theirs.other
), lately AS (
    SELECT person, max(seen_at) AS seen_at FROM (
        SELECT person, seen_at FROM sessions WHERE ended_at IS NULL
        ORDER BY seen_at DESC LIMIT %(lately)s
    ) newest GROUP BY person
)
SELECT p.id, p.username, p.name, coalesce(known.mutual, 0), f.picture::text
FROM known FULL JOIN lately ON lately.person = known.person
JOIN people p ON p.id = coalesce(known.person, lately.person)
LEFT JOIN profiles f ON f.person = p.id
WHERE p.verified_at IS NOT NULL AND p.deactivated_at IS NULL AND p.erase_at IS NULL
  AND NOT p.bot AND p.id <> %(viewer)s::uuid
  AND coalesce(f.findable, 'everyone') <> 'nobody' AND coalesce(f.askable, 'everyone') <> 'nobody'
  AND (known.mutual > 0 OR (coalesce(f.findable, 'everyone') = 'everyone'
                            AND coalesce(f.askable, 'everyone') = 'everyone'))
  AND NOT EXISTS (
      SELECT FROM blocks b WHERE (b.blocker = p.id AND b.blocked = %(viewer)s::uuid)
                              OR (b.blocker = %(viewer)s::uuid AND b.blocked = p.id))
  AND NOT EXISTS (
      SELECT FROM connections c WHERE c.person_a = least(p.id, %(viewer)s::uuid)
                                  AND c.person_b = greatest(p.id, %(viewer)s::uuid))
ORDER BY coalesce(known.mutual, 0) DESC, lately.seen_at DESC NULLS LAST, p.username
LIMIT %(limit)s
"""


class PostgresSuggestions:
    """Reads of connections and sessions."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def suggest(self, viewer: PersonId, limit: int) -> list[Suggestion]:
        """People whom the viewer may find and ask, and has no relation to; most common acquaintances first."""
        parameters = {"viewer": viewer, "circle": CIRCLE, "lately": LATELY, "limit": limit}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SUGGESTIONS, parameters)).fetchall()
        return [
            Suggestion(
                PersonRow(PersonId(str(row[0])), row[1], row[2], "none", picture=row[4]), row[3]
            )
            for row in rows
        ]
