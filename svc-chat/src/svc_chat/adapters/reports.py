"""Reports in Postgres."""

import uuid
from typing import Final

from nexync_contracts.limits import REPORTS_A_DAY
from nexync_runtime.postgres import Pool
from svc_chat.errors import TooManyError
from svc_chat.reporting import Report

LOCK: Final = 0x6E65_7879_0003
"""Seed of the advisory locks, one a reporter, so that no two reports are counted at once."""

DAY_SECONDS: Final = 24 * 3600

_AGAIN: Final = """
UPDATE reports SET reason = %(reason)s, comment = %(comment)s
WHERE reporter = %(reporter)s AND person = %(person)s
  AND chat IS NOT DISTINCT FROM %(chat)s::uuid AND seq IS NOT DISTINCT FROM %(seq)s::bigint
"""

_RECENT: Final = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(reported_at)), 0)::float8
FROM reports WHERE reporter = %(reporter)s AND reported_at > now() - make_interval(secs => %(day)s)
"""

_ADD: Final = """
INSERT INTO reports (id, reporter, person, chat, seq, said, said_at, reason, comment)
VALUES (%(id)s, %(reporter)s, %(person)s, %(chat)s, %(seq)s, %(said)s, %(said_at)s, %(reason)s, %(comment)s)
"""


class PostgresReports:
    """One row a (reporter, person, message)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, report: Report) -> bool:
        """Keep it; False when it was there. Raises TooManyError over the limit of a day."""
        said = report.said
        row = {
            "id": uuid.uuid4(),
            "reporter": report.reporter,
            "person": report.person,
            "chat": None if said is None else said.chat,
            "seq": None if said is None else said.seq,
            "said": None if said is None else said.body,
            "said_at": None if said is None else said.at,
            "reason": report.reason.value,
            "comment": report.comment,
        }
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (report.reporter, LOCK)
            )
            if (await connection.execute(_AGAIN, row)).rowcount == 1:
                return False
            asked = {"reporter": report.reporter, "day": DAY_SECONDS}
            counted = await (await connection.execute(_RECENT, asked)).fetchone()
            if counted is not None and counted[0] >= REPORTS_A_DAY:
                raise TooManyError(max(1.0, DAY_SECONDS - counted[1]))
            await connection.execute(_ADD, row)
        return True
