"""The date on which an account will be erased, in Postgres; set by its owner or by an administrator."""

from datetime import datetime
from typing import Any, Final

import psycopg

from svc_auth.adapters.postgres_outbox import enqueue
from svc_auth.erasure_ports import Notice
from svc_auth.ports import Owner

_SET: Final = "UPDATE people SET erase_at = %s WHERE id = %s"

_Connection = psycopg.AsyncConnection[Any]


async def set_erasure(
    connection: _Connection, owner: Owner, at: datetime | None, notice: Notice | None
) -> None:
    """When it will be, None for never; with the mail that tells the owner, if any. In the caller's transaction."""
    await connection.execute(_SET, (at, owner.person))
    if notice is not None:
        await enqueue(connection, notice(owner, at))
