"""The months of content in Postgres: tables that are made ahead, hidden from readers, and dropped whole."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import errors as pg
from psycopg import sql

from nexync_contracts.retention import Retention
from nexync_runtime.postgres import authority
from svc_persister.errors import StoreAwayError
from svc_persister.months import Month
from svc_persister.retaining import Found, Leaf

TURN: Final = (28_281, 2)
"""The advisory lock of who looks after the months."""

LOCK_MS: Final = 300
"""Dropping a table needs its branch for itself; readers queue behind it for no longer than this."""

STATEMENT_MS: Final = 20_000

MAKE_MONTH = "SELECT make_content_month(%s, %s, %s, %s)"

_LEAVES = """
SELECT branch.relname, leaf.relname, pg_total_relation_size(leaf.oid),
       substring(pg_get_expr(leaf.relpartbound, leaf.oid) FROM 'FROM \\(''?(-?\\d+)')::bigint,
       substring(pg_get_expr(leaf.relpartbound, leaf.oid) FROM 'TO \\(''?(-?\\d+)')::bigint
FROM pg_inherits tree
JOIN pg_class branch ON branch.oid = tree.inhrelid
JOIN pg_inherits part ON part.inhparent = branch.oid
JOIN pg_class leaf ON leaf.oid = part.inhrelid
WHERE tree.inhparent = 'events'::regclass
ORDER BY 1, 4 NULLS FIRST
"""

_HIDE = "UPDATE content_classes SET kept_from = %s WHERE class = %s AND kept_from < %s"

_SETTLE = "UPDATE content_classes SET workspace = (class = %s) WHERE workspace <> (class = %s)"

_SWEEP: Final[tuple[LiteralString, ...]] = (
    "message_edits",
    "message_deletions",
    "message_reactions",
)
_SWEPT_AT_ONCE: Final = 5_000
_GONE = """
WITH gone AS MATERIALIZED (
  SELECT c.stream, c.first_seq AS low, coalesce((
    SELECT min(x.first_seq) FROM chapters x WHERE x.stream = c.stream AND x.first_seq > c.first_seq
  ), 9223372036854775807) AS high
  FROM chapters c WHERE c.class = %(kept)s AND c.first_at >= %(low)s AND c.first_at < %(high)s
)"""
_SWEEP_OF = f"""{_GONE}
DELETE FROM {{table}} WHERE ctid = ANY (ARRAY(
  SELECT m.ctid FROM gone g
  JOIN {{table}} m ON m.stream = g.stream AND m.target >= g.low AND m.target < g.high
  LIMIT %(count)s
))
"""  # noqa: S608 - constant text
_SWEEP_USES = f"""{_GONE}, swept AS (
  DELETE FROM attachment_uses WHERE ctid = ANY (ARRAY(
    SELECT u.ctid FROM gone g
    JOIN attachment_uses u ON u.stream = g.stream AND u.seq >= g.low AND u.seq < g.high
    WHERE u.kind <> 'picture' LIMIT %(count)s
  )) RETURNING attachment
), released AS (
  INSERT INTO attachment_releases (attachment) SELECT DISTINCT attachment FROM swept
  ON CONFLICT (attachment) DO NOTHING
)
SELECT count(*) FROM swept
"""  # noqa: S608 - constant text
"""What the month's messages carried may be orphans now, as after a deletion."""


class PostgresMonths:
    """Implements the `Months` port: a connection a turn, for a task that runs once in a while."""

    def __init__(self, url: str, *, name: str, ca_file: Path | None = None) -> None:
        self._url = url
        self._name = name
        self._authority = authority(ca_file)

    @contextmanager
    def turn(self) -> Generator["PostgresTurn | None", None, None]:
        """The turn, or None while another process has it. Raises StoreAwayError."""
        try:
            with psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=5,
                application_name=self._name,
                options=f"-c lock_timeout={LOCK_MS} -c statement_timeout={STATEMENT_MS}",
                **self._authority,
            ) as connection:
                row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", TURN).fetchone()
                yield PostgresTurn(connection) if row == (True,) else None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise StoreAwayError(f"Postgres: {first}") from error


class PostgresTurn:
    """Implements the `Turn` port."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def look(self) -> Found:
        """What there is."""
        rows = self._connection.execute(_LEAVES).fetchall()
        classes = self._connection.execute(
            "SELECT class, kept_from, months_from FROM content_classes"
        )
        return Found(
            leaves=tuple(
                Leaf(Retention(branch.removeprefix("events_")), leaf, low, high, size)
                for branch, leaf, size, low, high in rows
            ),
            kept_from={Retention(kept): (start, months) for kept, start, months in classes},
        )

    def settle(self, kept: Retention) -> None:
        """This is the workspace's class."""
        self._connection.execute(_SETTLE, (kept.value, kept.value))

    def make(self, kept: Retention, month: Month) -> None:
        """Make a month's table."""
        self._connection.execute(MAKE_MONTH, (kept.value, month.label, *month))

    def hide(self, kept: Retention, kept_from: int) -> None:
        """From here on nobody reads what is older."""
        self._connection.execute(_HIDE, (kept_from, kept.value, kept_from))

    def sweep(self, leaf: Leaf) -> int:
        """Delete some of what points at the month's messages; how many rows, 0 when none is left."""
        asked = {"kept": leaf.kept, "low": leaf.low, "high": leaf.high, "count": _SWEPT_AT_ONCE}
        swept = sum(
            self._connection.execute(
                sql.SQL(_SWEEP_OF).format(table=sql.Identifier(table)), asked
            ).rowcount
            for table in _SWEEP
        )
        row = self._connection.execute(_SWEEP_USES, asked).fetchone()
        return swept + (int(row[0]) if row else 0)

    def drop(self, leaf: Leaf) -> bool:
        """Drop a month's table at once; False when readers or writers had its branch for too long."""
        try:
            self._connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(leaf.name)))
        except pg.LockNotAvailable:
            return False
        return True
