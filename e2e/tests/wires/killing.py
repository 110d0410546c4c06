"""Programs of the instance that end by SIGKILL, and statements that are held so that they end in the middle of one."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Collection
from typing import Final

import psycopg
from psycopg import sql

from nexync_e2e.waiting import until

SECONDS: Final = 120
"""For what takes a second or two on a machine that has nothing else to do."""

_WAITING: Final = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND ltrim(query, E' \\n') LIKE %s
"""


async def dev(*arguments: str) -> None:
    """A verb of `dev/run` for the instance that the environment names."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nexync_dev", *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(SECONDS):
        assert await process.wait() == 0


@contextlib.asynccontextmanager
async def killed(name: str) -> AsyncGenerator[None]:
    """By SIGKILL, with all that its process held; it is away for the block."""
    await dev("kill", name)
    try:
        yield
    finally:
        await dev("start", name)


@contextlib.asynccontextmanager
async def held(postgres: str, table: str) -> AsyncGenerator[None]:
    """The table can be read and not written for the block: whoever writes waits inside of the transaction."""
    async with await psycopg.AsyncConnection.connect(postgres) as connection:
        await connection.execute(
            sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table))
        )
        yield
        await connection.rollback()


async def kill_in(postgres: str, statement: str, *names: str) -> None:
    """Kill the programs while the beginning `statement` waits for what is held; the supervisor starts them again.

    Postgres goes on waiting for who is dead, which shows that the statement was under way. It gives a statement up
    after ten seconds; who was killed between two of them is killed once more.
    """
    async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as connection:

        async def waiting() -> set[int]:
            cursor = await connection.execute(_WAITING, (f"{statement}%",))
            return {row[0] for row in await cursor.fetchall()}

        async def hit() -> bool | None:
            pids = await _pids(names)
            before = await waiting()
            if not before:
                return None
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            return True if before & await waiting() else None

        await until(hit, f"{names} are killed in {statement!r}", seconds=2 * SECONDS, every=0.05)


async def _pids(names: Collection[str]) -> list[int]:
    """Of those that run; a table with a line a program."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nexync_dev", "status", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    words = [line.split() for line in said.decode().splitlines()]
    return [int(one[2]) for one in words if one[:1] and one[0] in names and one[1] == "running"]
