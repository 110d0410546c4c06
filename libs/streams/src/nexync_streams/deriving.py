"""What follows from a chat's event for the streams of the people it lets in or out.

The id of a derived command is made from the event and the person, so a replay makes the same command and
the person's stream takes it once.
"""

import uuid
from typing import NamedTuple

from nexync_contracts.commands import CommandEnvelope, JoinChat, LeaveChat
from nexync_contracts.events import ChatCreated, EventRecord, MemberAdded, MemberRemoved
from nexync_contracts.ids import ChatId, CommandId, PersonId, person_stream, stream_id


class Derived(NamedTuple):
    """A command to be produced to `partition` of the chat topic once its cause is in Postgres."""

    partition: int
    envelope: CommandEnvelope


def derived_id(record: EventRecord, person: PersonId) -> CommandId:
    """The same for the same event and person, different for any other: UUIDv5 of stream, seq and person."""
    name = f"{record.stream} {record.epoch} {record.seq} {person}"
    return CommandId(str(uuid.uuid5(uuid.UUID(record.id), name)))


def derive(record: EventRecord, cause: CommandEnvelope, chat_partition: int) -> list[Derived]:
    """The commands that follow from `record`, which came of `cause`.

    Raises KeyError for a person of unknown partition, which `decide` has excluded.
    """
    event, chat = record.event, ChatId(stream_id(record.stream))
    if isinstance(event, MemberRemoved):
        leave = LeaveChat(chat=chat, seq=record.seq)
        return [_to(event.person, record, cause, leave)]
    if isinstance(event, ChatCreated):
        people = [member.person for member in event.members]
    elif isinstance(event, MemberAdded):
        people = [event.person]
    else:
        return []
    join = JoinChat(chat=chat, seq=record.seq, partition=chat_partition)
    return [_to(person, record, cause, join) for person in people]


def _to(
    person: PersonId, record: EventRecord, cause: CommandEnvelope, command: JoinChat | LeaveChat
) -> Derived:
    envelope = CommandEnvelope(
        stream=person_stream(person),
        id=derived_id(record, person),
        sender=record.by,
        trace=cause.trace,
        command=command,
    )
    return Derived(cause.people_partitions[person], envelope)
