"""Where a new stream shall live: on a partition that somebody reads (ADR 0018)."""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import psycopg

_TAKEN: Final = """
    SELECT id FROM partitions
    WHERE epoch > 0 AND log_epoch = (SELECT max(log_epoch) FROM partitions)
    ORDER BY id
"""


def choose(identifier: str, taken: Sequence[int], first: int) -> int:
    """One of the partitions that a persister has taken, or one of the `first` ones while there are none.

    The same id gives the same partition for as long as the same partitions are taken. The choice alone is no
    promise: it holds from the moment on that it was written down.
    """
    candidates = taken or range(first)
    return candidates[zlib.crc32(identifier.encode()) % len(candidates)]


async def taken_partitions(connection: psycopg.AsyncConnection[Any]) -> list[int]:
    """The partitions of the present log that a persister has ever taken, ascending."""
    cursor = await connection.execute(_TAKEN)
    return [int(row[0]) for row in await cursor.fetchall()]
