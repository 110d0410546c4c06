"""Blocks in Postgres, and the word of them to the private chat of the two, whose log has to know (ADR 0054).

It has to know as well that a connection ended, and with it the webhooks (ADR 0070).

Every function is called in the transaction that holds the pair's lock, so that blocks and unblocks come to the log in
the order in which they were committed.
"""

from typing import Final

from nexync_contracts.commands import BlockPartner, CommandEnvelope, EndHooks, UnblockPartner
from nexync_contracts.ids import PersonId, chat_stream
from nexync_runtime.postgres import Connection
from svc_chat.identifiers import new_command_id, private_chat_id

_BLOCK: Final = """
INSERT INTO blocks (blocker, blocked) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING true
"""

_UNBLOCK: Final = "DELETE FROM blocks WHERE blocker = %s AND blocked = %s RETURNING true"

_BETWEEN: Final = """
SELECT blocker, blocked FROM blocks
WHERE (blocker = %(me)s AND blocked = %(other)s) OR (blocker = %(other)s AND blocked = %(me)s)
"""

_PLACE: Final = """
SELECT partition FROM streams WHERE id = %(stream)s
UNION ALL SELECT partition FROM placements WHERE stream = %(stream)s LIMIT 1
"""

OUTBOX: Final = """
INSERT INTO chat_outbox (id, stream, partition, envelope) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO NOTHING
"""


async def block(connection: Connection, me: PersonId, other: PersonId) -> None:
    """Block; who is blocked already stays so."""
    if await (await connection.execute(_BLOCK, (me, other))).fetchone() is not None:
        await _tell(connection, me, other, BlockPartner())


async def unblock(connection: Connection, me: PersonId, other: PersonId) -> None:
    """Take the block back, if there is one."""
    if await (await connection.execute(_UNBLOCK, (me, other))).fetchone() is not None:
        await _tell(connection, me, other, UnblockPartner())


async def carry(connection: Connection, me: PersonId, other: PersonId) -> None:
    """Tell a private chat that has just begun of the blocks between the two.

    One that was set while the chat was being made may have come to the log before it, where it meant nothing.
    """
    cursor = await connection.execute(_BETWEEN, {"me": me, "other": other})
    for blocker, blocked in await cursor.fetchall():
        await _tell(connection, PersonId(str(blocker)), PersonId(str(blocked)), BlockPartner())


async def parted(connection: Connection, me: PersonId, other: PersonId) -> None:
    """End the webhooks of the private chat of two people who are connected no more."""
    await _tell(connection, me, other, EndHooks())


async def _tell(
    connection: Connection,
    me: PersonId,
    other: PersonId,
    command: BlockPartner | UnblockPartner | EndHooks,
) -> None:
    stream = chat_stream(private_chat_id(me, other))
    place = await (await connection.execute(_PLACE, {"stream": stream})).fetchone()
    if place is None:
        return
    identifier = new_command_id()
    envelope = CommandEnvelope(stream=stream, id=identifier, sender=me, command=command)
    text = envelope.model_dump_json().encode()
    await connection.execute(OUTBOX, (identifier, stream, place[0], text))
