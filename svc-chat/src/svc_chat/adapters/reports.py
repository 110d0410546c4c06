"""Reports in Postgres."""

import uuid
from typing import Final

from nexync_contracts.admin_rest import AdminAction
from nexync_contracts.ids import PersonId, ReportId
from nexync_contracts.limits import ADMIN_PAGE, REPORTS_A_DAY
from nexync_contracts.report_rest import ReportReason, ReportsPage, ReportView
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


_WAITING: Final = """
SELECT r.id::text, round(extract(epoch FROM r.reported_at) * 1000)::bigint, r.reason, r.comment,
       a.username, r.person::text, p.username, r.chat::text, r.seq, r.said, r.said_at,
       (SELECT count(*) FROM reports o WHERE o.person = r.person),
       count(*) OVER ()
FROM reports r LEFT JOIN people a ON a.id = r.reporter LEFT JOIN people p ON p.id = r.person
WHERE r.handled_at IS NULL ORDER BY r.reported_at, r.id LIMIT %s
"""

_CLOSE: Final = """
WITH closed AS (
    UPDATE reports SET handled_by = %(by)s, handled_at = now()
    WHERE id = %(report)s AND handled_at IS NULL RETURNING person
)
INSERT INTO audit_log (at, actor, actor_name, action, subject, subject_name, address)
SELECT now(), %(by)s::uuid, coalesce(a.username, ''), %(action)s, c.person, coalesce(p.username, ''), %(address)s
FROM closed c LEFT JOIN people a ON a.id = %(by)s::uuid LEFT JOIN people p ON p.id = c.person
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

    async def waiting(self) -> ReportsPage:
        """By the index of those that wait."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_WAITING, (ADMIN_PAGE,))).fetchall()
        reports = tuple(
            ReportView(
                report=row[0],
                reported_at=row[1],
                reason=ReportReason(row[2]),
                comment=row[3],
                reporter=row[4],
                person=row[5],
                username=row[6],
                chat=row[7],
                seq=row[8],
                said=row[9],
                said_at=row[10],
                of_person=row[11],
            )
            for row in rows
        )
        return ReportsPage(reports=reports, waiting=rows[0][12] if rows else 0)

    async def close(self, report: ReportId, by: PersonId, address: str) -> bool:
        """Keeps the first time and who it was; the entry in the audit log is written by the same statement."""
        asked = {
            "report": report,
            "by": by,
            "action": AdminAction.REPORT_CLOSED.value,
            "address": address,
        }
        async with self._pool.connection() as connection:
            if (await connection.execute(_CLOSE, asked)).rowcount == 1:
                return True
            there = await connection.execute("SELECT FROM reports WHERE id = %s", (report,))
            return await there.fetchone() is not None
