"""A person's files and reports in Postgres, a page at a time."""

from collections.abc import Sequence
from typing import Final

from nexync_contracts.attachments import Attachment
from nexync_contracts.export_rest import OwnReport
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.limits import PAGE_MAX
from nexync_contracts.report_rest import ReportReason
from nexync_runtime.postgres import Pool
from svc_chat.attaching import ORIGINAL, place_of
from svc_chat.own_data import OwnFile

_FIRST: Final = "00000000-0000-0000-0000-000000000000"
"""Below every id."""

_FILES: Final = """
SELECT facts::text, content::text FROM attachments
WHERE owner = %(person)s AND id > %(after)s AND facts IS NOT NULL ORDER BY id LIMIT %(limit)s
"""
_REPORTS: Final = """
SELECT id::text, person::text, chat::text, seq, reason, comment, extract(epoch FROM reported_at)::float8
FROM reports WHERE reporter = %(person)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""


class PostgresOwnRows:
    """The `OwnRows` port: by the indexes of owner and reporter."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def files(self, person: PersonId, after: str | None) -> Sequence[OwnFile]:
        """The id in the facts is the row's, and their size that of the original."""
        asked = {"person": person, "after": after or _FIRST, "limit": PAGE_MAX}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_FILES, asked)).fetchall()
        return [
            OwnFile(Attachment.model_validate_json(row[0]), place_of(row[1], ORIGINAL))
            for row in rows
        ]

    async def reports(
        self, person: PersonId, after: str | None
    ) -> tuple[Sequence[OwnReport], str | None]:
        """A page and the id that it ends with."""
        asked = {"person": person, "after": after or _FIRST, "limit": PAGE_MAX}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_REPORTS, asked)).fetchall()
        found = [
            OwnReport(
                person=PersonId(row[1]),
                chat=None if row[2] is None else ChatId(row[2]),
                seq=row[3],
                reason=ReportReason(row[4]),
                comment=row[5],
                reported_at=int(row[6] * 1000),
            )
            for row in rows
        ]
        return found, rows[-1][0] if len(rows) == PAGE_MAX else None
