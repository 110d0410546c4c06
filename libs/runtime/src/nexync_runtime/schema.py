"""The gate of the schema: a service starts only when the tables it needs are there.

`schema_migrations` is written by whoever applies migrations. A service needs one of them; one that is marked as
*contract* and newer than all that this release knows has taken away what this release may use.
"""

from pathlib import Path
from typing import Any, Final

import psycopg

from nexync_runtime.lifecycle import Lifecycle, RefusedError
from nexync_runtime.postgres import options
from nexync_runtime.waiting import NotThereError, until_there

KNOWN: Final = 38
"""The newest migration of this release, whoever needs it. A test compares it with the folder."""

# Through to_jsonb, because a database of the first release has no column `contract`.
_APPLIED: Final = """
    SELECT number, name, coalesce((to_jsonb(m) ->> 'contract')::boolean, false)
    FROM schema_migrations m ORDER BY number
"""


async def gate(life: Lifecycle, url: str, *, needs: int, ca_file: Path | None = None) -> None:
    """Return once migration `needs` was applied. Raises RefusedError when a later contract step was."""

    async def look() -> None:
        judge(await _applied(url, f"{life.name} gate", ca_file), needs=needs, known=KNOWN)

    await until_there(life, "schema", look)


def judge(applied: list[tuple[int, str, bool]], *, needs: int, known: int) -> None:
    """Raises NotThereError while `needs` is missing, RefusedError when there is no way back."""
    beyond = [name for number, name, contract in applied if contract and number > known]
    if beyond:
        msg = (
            f"the schema has passed {beyond[0]}, beyond which this release (up to {known:04d}) "
            "can't run; install a newer release"
        )
        raise RefusedError(msg)
    last = max((number for number, _, _ in applied), default=0)
    if last < needs:
        msg = f"the schema is at {last:04d}, migration {needs:04d} is needed"
        raise NotThereError(msg)


async def _applied(url: str, name: str, ca_file: Path | None) -> list[tuple[int, str, bool]]:
    try:
        connection: psycopg.AsyncConnection[Any] = await psycopg.AsyncConnection.connect(
            url, autocommit=True, **options(name, ca_file=ca_file)
        )
        async with connection:
            rows = await (await connection.execute(_APPLIED)).fetchall()
    except psycopg.errors.UndefinedTable:
        return []
    except (psycopg.Error, OSError) as error:
        raise NotThereError(f"postgres: {one_line(error)}") from None
    return [(int(number), str(label), bool(contract)) for number, label, contract in rows]


def one_line(error: BaseException) -> str:
    """The first line of an error's text, or its kind."""
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
