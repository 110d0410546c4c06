"""A chat of Ann and Bob, for tests of what is decided in it."""

import uuid
from typing import Final

from nexync_contracts.commands import Command, CommandEnvelope, CreateChat
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, EventRecord, Member, Role
from nexync_contracts.ids import CommandId, PersonId, Stream
from nexync_streams.deciding import Accepted, Rejected, decide
from nexync_streams.fold import ChatState, apply, fresh

STREAM: Final = Stream("c:c0000000-0000-4000-8000-000000000000")
ANN: Final = PersonId("00000000-0000-4000-8000-000000000001")
BOB: Final = PersonId("00000000-0000-4000-8000-000000000002")


class Talk:
    """The chat, command by command; Ann is an admin of it."""

    def __init__(self, kind: ChatKind = ChatKind.PRIVATE, bob: Role = Role.MEMBER) -> None:
        self.state = fresh(STREAM, 0)
        members = (Member(person=ANN, role=Role.ADMIN), Member(person=BOB, role=bob))
        self.do(ANN, CreateChat(kind=kind, name="x", members=members, partition=0))

    def do(self, sender: PersonId, command: Command) -> EventRecord | RejectCode:
        envelope = CommandEnvelope(
            stream=STREAM,
            id=CommandId(str(uuid.uuid4())),
            sender=sender,
            people_partitions={ANN: 0, BOB: 0},
            command=command,
        )
        decision = decide(self.state, envelope, 1_000 + self.state.head, None)
        if isinstance(decision, Rejected):
            return decision.code
        assert isinstance(decision, Accepted)
        self.state = apply(self.state, decision.record)
        return decision.record

    @property
    def body(self) -> ChatState:
        assert isinstance(self.state.body, ChatState)
        return self.state.body
