"""The audit log in Postgres: written in the transaction of what it tells of; a trigger keeps it from changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from nexync_contracts import limits
from nexync_contracts.admin_rest import AdminAction
from svc_auth.admin_ports import Actor, Audited

SWEPT: Final = 1_000
"""Old entries that one new entry takes away at most."""

_ADD: Final = """
    INSERT INTO audit_log (at, actor, actor_name, action, subject, subject_name, address)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_SWEEP: Final = """
    DELETE FROM audit_log WHERE number IN (
        SELECT number FROM audit_log WHERE at < %s ORDER BY at LIMIT %s
    )
"""
_NEWEST: Final = """
    SELECT number, at, actor_name, action, subject_name, address FROM audit_log
    WHERE at >= %(since)s AND (%(before)s::bigint IS NULL OR number < %(before)s)
    ORDER BY number DESC LIMIT %(most)s
"""

_Connection = psycopg.AsyncConnection[Any]


async def audit(
    connection: _Connection,
    actor: Actor | None,
    action: AdminAction,
    subject: str | None,
    name: str,
    now: datetime,
) -> None:
    """One entry, in the caller's transaction; None as the actor is a command. `name` is the subject's."""
    who = (None, "", "") if actor is None else (actor.person, actor.username, actor.address)
    await connection.execute(_ADD, (now, who[0], who[1], action.value, subject, name, who[2]))
    await connection.execute(_SWEEP, (_oldest(now), SWEPT))


async def newest(
    connection: _Connection, before: int | None, most: int, now: datetime
) -> Sequence[Audited]:
    """Below a number; those that are too old are not shown, even before they are swept away."""
    asked = {"since": _oldest(now), "before": before, "most": most}
    rows = await (await connection.execute(_NEWEST, asked)).fetchall()
    return [Audited(row[0], row[1], row[2], AdminAction(row[3]), row[4], row[5]) for row in rows]


def _oldest(now: datetime) -> datetime:
    return now - timedelta(days=limits.AUDIT_LOG_DAYS)
