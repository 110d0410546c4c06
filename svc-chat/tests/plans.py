"""The plans of all queries that the adapters make in the tests: none may read a table that grows from end to end.

What a test executes is asked for its plan once, right after the test, with sequential scans made dear: one that is
left then is one that no index can spare, however large the table is.
"""

import re
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg

from nexync_runtime.postgres import Pool

GROWING: Final = (
    "attachments",
    "attachment_uses",
    "chapters",
    "connections",
    "events",
    "members",
    "message_deletions",
    "message_edits",
    "message_reactions",
    "own_chats",
    "people",
    "placements",
    "profiles",
    "read_marks",
    "reports",
    "scheduled_files",
    "scheduled_messages",
    "sessions",
    "streams",
)
"""Tables with a row a message, a person or a chat; `events` with its leaves."""

_SCAN: Final = re.compile(r"Seq Scan on (\w+)")
_LEAF: Final = re.compile(r"events_(?:days_30|year_1|forever)\w*")
_PLANNED: Final = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


class Asked:
    """Queries of the adapters, by their text, with the parameters of the first time."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._new: dict[str, Any] = {}

    def note(self, query: object, parameters: Any) -> None:
        """Something is executed."""
        text = query.decode() if isinstance(query, bytes) else str(query)
        if text not in self._known and _PLANNED.match(text):
            self._known.add(text)
            self._new[text] = parameters

    async def scans(self, pool: Pool) -> list[str]:
        """Query and table of each scan among what is new since the last time."""
        found: list[str] = []
        new, self._new = self._new, {}
        for text, parameters in new.items():
            async with pool.connection() as connection, connection.transaction(force_rollback=True):
                await connection.execute("SET LOCAL enable_seqscan = off")
                cursor = await connection.execute(b"EXPLAIN " + text.encode(), parameters)
                plan = "\n".join(row[0] for row in await cursor.fetchall())
            found += [f"{table}: {text}" for table in scanned(plan)]
        return found


def scanned(plan: str) -> list[str]:
    """The growing tables that a plan reads from end to end."""
    tables = (_LEAF.sub("events", table) for table in _SCAN.findall(plan))
    return sorted({table for table in tables if table in GROWING})


def noting(asked: Asked, execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`execute` of a connection that notes what the service asks; what a test itself asks is left out."""

    def noted(
        connection: psycopg.AsyncConnection[Any], query: object, params: Any = None, **rest: Any
    ) -> Awaitable[Any]:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if str(caller).startswith("svc_chat."):
            asked.note(query, params)
        return execute(connection, query, params, **rest)

    return noted
