"""The floor of the persisters' insert: the rows that they have just written, byte for byte, by bare COPY.

Postgres hands the rows out in COPY's binary form and takes them back as they are, so both sides write the same rows
in batches of the same size, into tables with the same indexes, two connections at once like the two persisters.
What is left of the difference is the persisters' own: building rows, fencing, heads, and what a flush notes besides.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import LiteralString, NamedTuple, Self

import psutil
import psycopg
from psycopg import sql

COLUMNS: LiteralString = (
    "stream, seq, log_epoch, n, at, id, sender, tag, event, digest, partition, log_offset, class"
)
LIKE: LiteralString = "events_forever_first"
"""A leaf of the tree that `events` is, with the indexes of all leaves (ADR 0045)."""
WRITERS = 2
_TAKE = sql.SQL(
    "COPY (SELECT {columns} FROM events WHERE stream = ANY({streams}) AND seq > {low} AND seq <= {high}"
    " ORDER BY partition, log_offset) TO STDOUT (FORMAT binary)"
)
_GIVE = sql.SQL("COPY {table} ({columns}) FROM STDIN (FORMAT binary)")
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'svc-persister %'"
_SEARCH = """
SELECT i.indexrelid::regclass::text FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE i.indrelid = %s::regclass AND a.amname = 'gin'
"""
_ALL, _KEYS, _HEAP = "bench_floor", "bench_floor_keys", "bench_floor_heap"


class Cost(NamedTuple):
    """Rows, the connections' wall-clock seconds added up, and CPU seconds of their backends."""

    rows: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(self.rows + other.rows, self.seconds + other.seconds, self.cpu + other.cpu)

    @property
    def rate(self) -> float:
        """Thousand rows a second of one connection."""
        return self.rows / max(1e-6, self.seconds) / 1000

    @property
    def micros(self) -> float:
        """Microseconds of Postgres's CPU a row."""
        return self.cpu / max(1, self.rows) * 1e6


class Floor:
    """The tables, while the block lasts. `streams` are split evenly among the connections."""

    def __init__(self, url: str, streams: Sequence[str]) -> None:
        self._connections = [psycopg.connect(url, autocommit=True) for _ in range(WRITERS)]
        self._streams = [list(streams[number::WRITERS]) for number in range(WRITERS)]
        self._taken: list[tuple[int, bytes]] = []

    def __enter__(self) -> Self:
        first = self._connections[0]
        self._drop()
        tables: tuple[tuple[str, LiteralString], ...] = (
            (_ALL, "ALL"),
            (_KEYS, "ALL"),
            (_HEAP, "DEFAULTS"),
        )
        for table, like in tables:
            first.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING {})").format(
                    sql.Identifier(table), sql.Identifier(LIKE), sql.SQL(like)
                )
            )
        for (index,) in first.execute(_SEARCH, (_KEYS,)).fetchall():
            first.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()
        for connection in self._connections:
            connection.close()

    def beside(self, low: int, high: int) -> Cost:
        """Write the events from `low` (excluded) to `high` of all streams, a batch a connection, all at once.

        Raises RuntimeError when not all of them are there.
        """
        batches = [self._take(number, low, high) for number in range(WRITERS)]
        self._taken += batches
        with ThreadPoolExecutor(WRITERS) as pool:
            costs = list(pool.map(_copied, self._connections, [_ALL] * WRITERS, batches))
        return costs[0].plus(costs[1])

    def parts(self) -> tuple[Cost, Cost]:
        """The same batches by one connection: into a heap without any index, and into one with the keys alone."""
        found: list[Cost] = []
        for table in (_HEAP, _KEYS):
            total = Cost()
            for batch in self._taken:
                total = total.plus(_copied(self._connections[0], table, batch))
            found.append(total)
        return found[0], found[1]

    def backends(self) -> float:
        """CPU seconds so far of the backends that the persisters are connected to."""
        return sum(_cpu(pid) for (pid,) in self._connections[0].execute(_BACKENDS).fetchall())

    def _take(self, number: int, low: int, high: int) -> tuple[int, bytes]:
        asked = _TAKE.format(
            columns=sql.SQL(COLUMNS), streams=self._streams[number], low=low, high=high
        )
        with self._connections[number].cursor() as cursor:
            with cursor.copy(asked) as copy:
                data = b"".join(bytes(part) for part in copy)
            count = cursor.rowcount
        wanted = len(self._streams[number]) * (high - low)
        if count != wanted:
            msg = f"{count} of {wanted} rows of the persisters are in Postgres"
            raise RuntimeError(msg)
        return count, data

    def _drop(self) -> None:
        for table in (_ALL, _KEYS, _HEAP):
            self._connections[0].execute(
                sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table))
            )


def _copied(
    connection: psycopg.Connection[tuple[object, ...]], table: str, batch: tuple[int, bytes]
) -> Cost:
    count, data = batch
    pid = connection.info.backend_pid
    asked = _GIVE.format(table=sql.Identifier(table), columns=sql.SQL(COLUMNS))
    cpu, start = _cpu(pid), time.monotonic()
    with (
        connection.transaction(),
        connection.cursor() as cursor,
        cursor.copy(asked) as copy,
    ):
        copy.write(data)
    return Cost(count, time.monotonic() - start, _cpu(pid) - cpu)


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system
