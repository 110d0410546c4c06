"""People, chats, and the commands that they send."""

import uuid

from nexync_contracts.commands import Command, CommandEnvelope, CreateChat
from nexync_contracts.events import ChatKind, Member, Role
from nexync_contracts.ids import ChatId, CommandId, PersonId, Stream

CHATS = [ChatId(f"c0000000-0000-4000-8000-00000000000{i}") for i in range(3)]
PEOPLE = [PersonId(f"00000000-0000-4000-8000-00000000000{i}") for i in range(4)]
ANN, BOB, CID, DAN = PEOPLE
LUNCH = Stream(f"c:{CHATS[0]}")
PARTITION = 0
START_MS = 1_760_000_000_000


def uuid7(number: int, at_ms: int = START_MS) -> CommandId:
    return CommandId(str(uuid.UUID(int=at_ms << 80 | 7 << 76 | 2 << 62 | number)))


def envelope(
    command: Command,
    number: int,
    *,
    sender: PersonId = ANN,
    stream: Stream = LUNCH,
    at_ms: int = START_MS,
) -> CommandEnvelope:
    return CommandEnvelope(
        stream=stream,
        id=uuid7(number, at_ms),
        sender=sender,
        reply_to="svc-chat-1",
        people_partitions=dict.fromkeys(PEOPLE, PARTITION),
        command=command,
    )


def lunch(*people: PersonId) -> CreateChat:
    members = tuple(
        Member(person=person, role=Role.MEMBER if i else Role.ADMIN)
        for i, person in enumerate(people or (ANN, BOB))
    )
    return CreateChat(kind=ChatKind.GROUP, name="Lunch", members=members, partition=PARTITION)
