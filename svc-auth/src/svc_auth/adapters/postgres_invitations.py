"""Invitations to the instance in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from nexync_contracts.admin_rest import AdminAction
from nexync_contracts.ids import InviteId
from nexync_runtime.postgres import Pool
from svc_auth.adapters.postgres_audit import audit
from svc_auth.admin_ports import Actor
from svc_auth.invitation_ports import GoodInvitation, Invitation

_GOOD: Final = """
    SELECT id::text, expires_at FROM invitations
    WHERE token_hash = %s AND revoked_at IS NULL AND uses < most AND expires_at > %s
"""
_SPEND: Final = """
    UPDATE invitations SET uses = uses + 1 WHERE id = %s AND revoked_at IS NULL AND uses < most
"""
_SPEND_BY_TOKEN: Final = """
    UPDATE invitations SET uses = uses + 1
    WHERE token_hash = %s AND revoked_at IS NULL AND uses < most AND expires_at > %s
    RETURNING id::text
"""
_COUNT: Final = """
    SELECT count(*) FROM invitations WHERE revoked_at IS NULL AND uses < most AND expires_at > %s
"""
_ADD: Final = """
    INSERT INTO invitations (id, token_hash, label, made_by, made_at, expires_at, most)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_LISTED: Final = """
    SELECT id::text, label, made_by, made_at, expires_at, most, uses, revoked_at FROM invitations
    ORDER BY made_at DESC, id LIMIT %s
"""
_REVOKE: Final = """
    UPDATE invitations SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL RETURNING label
"""
_FORGET: Final = """
    DELETE FROM invitations WHERE id IN (
        SELECT id FROM invitations
        WHERE revoked_at IS NOT NULL OR uses >= most OR expires_at <= %(now)s
        ORDER BY made_at DESC OFFSET %(most)s
    )
"""
"""Those that are over go when as many newer ones are over."""

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('invitations', 0))"

_Connection = psycopg.AsyncConnection[Any]


class PostgresInvitations:
    """The `Invitations` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def good(self, token_hash: bytes, now: datetime) -> GoodInvitation | None:
        """By the index of the hashes."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_GOOD, (token_hash, now))).fetchone()
        return None if row is None else GoodInvitation(InviteId(row[0]), row[1])

    async def add(self, actor: Actor, new: Invitation, token_hash: bytes, *, most: int) -> bool:
        """One at a time, so that the limit holds."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_LOCK)
            row = await (await connection.execute(_COUNT, (new.made_at,))).fetchone()
            if row is not None and row[0] >= most:
                return False
            await connection.execute(_FORGET, {"now": new.made_at, "most": most})
            await connection.execute(
                _ADD,
                (
                    new.id,
                    token_hash,
                    new.label,
                    new.by,
                    new.made_at,
                    new.expires_at,
                    new.most,
                ),
            )
            await audit(
                connection,
                actor,
                AdminAction.INVITATION_MADE,
                new.id,
                new.label,
                new.made_at,
            )
        return True

    async def listed(self, most: int) -> Sequence[Invitation]:
        """By the index of the times."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_LISTED, (most,))).fetchall()
        return [Invitation(InviteId(row[0]), *row[1:]) for row in rows]

    async def revoke(self, actor: Actor, invitation: InviteId, now: datetime) -> bool:
        """Keeps the first time; only that one is audited."""
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(_REVOKE, (now, invitation))).fetchone()
            if row is not None:
                await audit(
                    connection, actor, AdminAction.INVITATION_REVOKED, invitation, row[0], now
                )
                return True
            cursor = await connection.execute(
                "SELECT 1 FROM invitations WHERE id = %s", (invitation,)
            )
            return await cursor.fetchone() is not None


async def spend(connection: _Connection, invitation: InviteId) -> bool:
    """Use it for an address that was given in time; of two at the last use one gets it."""
    return (await connection.execute(_SPEND, (invitation,))).rowcount == 1


async def spend_token(connection: _Connection, token_hash: bytes, now: datetime) -> InviteId | None:
    """As `spend`, for who proves the address at the same moment."""
    row = await (await connection.execute(_SPEND_BY_TOKEN, (token_hash, now))).fetchone()
    return None if row is None else InviteId(row[0])
