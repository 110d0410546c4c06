"""Admission, outcomes and refusals, against a log that answers as it is told to."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager

import pytest

from nexync_contracts.commands import CommandEnvelope, CreateChat, Outcome, RenameChat
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, Role
from nexync_contracts.ids import (
    ChatId,
    CommandId,
    PersonId,
    SessionId,
    Stream,
    chat_stream,
    id_time_ms,
)
from nexync_contracts.rest import CreateChatBody
from svc_chat import awaiting
from svc_chat.awaiting import OutcomeRegistry
from svc_chat.commanding import Actor, Commanding
from svc_chat.errors import (
    BusyError,
    InvalidError,
    NotConnectedError,
    NothingThereError,
    OutcomeUnknownError,
    RefusedError,
)
from svc_chat.identifiers import new_command_id, private_chat_id
from svc_chat.ports import PersonRow
from svc_chat.reading import Look, View
from svc_chat.spans import NO_MEMBERSHIP

ADA = PersonId("00000000-0000-4000-8000-00000000000a")
BOB = PersonId("00000000-0000-4000-8000-00000000000b")
EVE = PersonId("00000000-0000-4000-8000-00000000000e")
KEY = "00000000-0000-7000-8000-000000000001"
SESSION = SessionId("00000000-0000-4000-8000-0000000000ff")


class People:
    """Ada and Bob are connected, Eve is a stranger; nobody else exists."""

    async def partitions(self, people: Collection[PersonId]) -> dict[PersonId, int]:
        return {person: 1 for person in people if person in {ADA, BOB, EVE}}

    async def rows(
        self, viewer: PersonId, people: Collection[PersonId]
    ) -> dict[PersonId, PersonRow]:
        return {
            person: PersonRow(person, "x", "x", "connected" if person != EVE else "none")
            for person in people
        }


class Chats:
    """Which chats exist, and where."""

    def __init__(self) -> None:
        self.known: dict[Stream, int] = {}
        self.awaited: list[tuple[Stream, int]] = []

    async def look(self, stream: Stream, *, person: PersonId) -> Look:
        if stream not in self.known:
            raise NothingThereError
        return Look(View(self.known[stream], 1, 1, 0, NO_MEMBERSHIP), ())

    async def stored(self, stream: Stream, seq: int, *, seconds: float) -> bool:
        self.awaited.append((stream, seq))
        return seconds > 0


class Places:
    """Every new chat goes to partition 3."""

    async def place(self, stream: Stream) -> int:
        return 3 if stream else 0


class Sequencer:
    """Takes commands and answers each with the next of its answers; None is silence."""

    def __init__(self, registry: OutcomeRegistry) -> None:
        self.registry = registry
        self.answers: list[int | RejectCode | None] = []
        self.taken: list[tuple[int, CommandEnvelope]] = []

    async def append(self, partition: int, stream: Stream, envelope: bytes) -> None:
        command = CommandEnvelope.model_validate_json(envelope)
        self.taken.append((partition, command))
        answer = self.answers.pop(0)
        if answer is None:
            raise TimeoutError
        code = answer if isinstance(answer, RejectCode) else None
        seq = None if isinstance(answer, RejectCode) else answer
        self.registry.settle(
            Outcome(id=command.id, stream=command.stream, sender=command.sender, seq=seq, code=code)
        )


class Stage:
    def __init__(self) -> None:
        self.chats = Chats()
        self.registry = OutcomeRegistry()
        self.log = Sequencer(self.registry)
        self.commanding = Commanding(
            people=People(),  # type: ignore[arg-type] # only what admission asks
            reading=self.chats,  # type: ignore[arg-type] # as above
            places=Places(),
            log=self.log,
            outcomes=self.registry,
            instance="chat-1",
        )


@pytest.fixture
def stage() -> Stage:
    return Stage()


def actor(key: str | None = KEY, person: PersonId = ADA) -> Actor:
    return Actor(person, SESSION, key)


def group(*members: PersonId) -> CreateChatBody:
    return CreateChatBody(kind=ChatKind.GROUP, name="Team", members=members)


def private(member: PersonId) -> CreateChatBody:
    return CreateChatBody(kind=ChatKind.PRIVATE, members=(member,))


async def test_a_group_is_made_once_however_often_it_is_asked_for(stage: Stage) -> None:
    """The key is the command's id; a repetition is the same command to the same place."""
    stage.log.answers = [1, 1]
    first = await stage.commanding.create(actor(), group(BOB))
    second = await stage.commanding.create(actor(), group(BOB))
    assert (first, first.seq, first.created) == (second, 1, True)
    assert stage.log.taken[0] == stage.log.taken[1]
    partition, envelope = stage.log.taken[0]
    assert isinstance(envelope.command, CreateChat)
    assert partition == envelope.command.partition == 3
    assert (envelope.id, envelope.reply_to, envelope.sender) == (KEY, "chat-1", ADA)
    assert envelope.people_partitions == {ADA: 1, BOB: 1}
    assert stage.chats.awaited == [(chat_stream(first.chat), 1)] * 2
    roles = {member.person: member.role for member in envelope.command.members}
    assert roles == {ADA: Role.ADMIN, BOB: Role.MEMBER}


async def test_a_private_chat_is_the_same_from_both_sides(stage: Stage) -> None:
    """Existing, or made by the other at the same time: the answer is the one chat."""
    stage.log.answers = [RejectCode.CHAT_EXISTS]
    raced = await stage.commanding.create(actor(), private(BOB))
    assert (raced.chat, raced.seq, raced.created) == (private_chat_id(BOB, ADA), 1, False)
    stage.chats.known[chat_stream(raced.chat)] = 4
    assert await stage.commanding.create(actor(person=BOB), private(ADA)) == raced
    assert len(stage.log.taken) == 1


async def test_a_rejection_carries_its_code(stage: Stage) -> None:
    stage.log.answers = [RejectCode.NOT_ALLOWED]
    chat = ChatId(KEY)
    stage.chats.known[chat_stream(chat)] = 5
    with pytest.raises(RefusedError) as caught:
        await stage.commanding.remove(actor(), chat, BOB)
    assert caught.value.code is RejectCode.NOT_ALLOWED
    assert stage.log.taken[0][0] == 5


async def test_silence_names_the_id_to_repeat(stage: Stage) -> None:
    """Without a key the id was made here: the answer has to tell it."""
    stage.log.answers = [None]
    with pytest.raises(OutcomeUnknownError) as caught:
        await stage.commanding.create(actor(key=None), group(BOB))
    assert caught.value.command == stage.log.taken[0][1].id
    assert id_time_ms(caught.value.command) is not None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (group(EVE), NotConnectedError),
        (group(ADA), InvalidError),
        (group(BOB, BOB), InvalidError),
        (CreateChatBody(kind=ChatKind.GROUP, members=(BOB,)), InvalidError),
        (CreateChatBody(kind=ChatKind.PRIVATE, members=()), InvalidError),
        (private(PersonId(KEY)), NothingThereError),
    ],
)
async def test_what_admission_refuses_reaches_no_log(
    stage: Stage, body: CreateChatBody, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await stage.commanding.create(actor(), body)
    assert stage.log.taken == []


async def test_strangers_change_nothing(stage: Stage) -> None:
    """A chat that one can't see doesn't exist."""
    with pytest.raises(NothingThereError):
        await stage.commanding.add(actor(), ChatId(KEY), BOB)
    assert stage.log.taken == []


async def test_a_rename_goes_to_the_chats_partition(stage: Stage) -> None:
    """It adds and removes nobody, so it needs to know of nobody."""
    chat = ChatId(KEY)
    stage.chats.known[chat_stream(chat)] = 6
    stage.log.answers = [4]
    done = await stage.commanding.rename(actor(), chat, "Tea")
    assert (done.chat, done.seq) == (chat, 4)
    partition, envelope = stage.log.taken[0]
    assert (partition, envelope.command) == (6, RenameChat(name="Tea"))
    assert envelope.people_partitions == {}


async def test_the_registry_is_bounded_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the bound nothing is taken; two waits for one command both end; nothing stays behind."""
    monkeypatch.setattr(awaiting, "BOUND", 2)
    registry = OutcomeRegistry()
    stream, command = Stream(f"c:{KEY}"), CommandId(KEY)
    outcome = Outcome(id=command, stream=stream, sender=ADA, seq=7)
    registry.settle(outcome)

    @asynccontextmanager
    async def waiting() -> AsyncGenerator[awaiting.Ticket]:
        async with registry.expect(stream, ADA, command) as ticket:
            yield ticket

    async with waiting() as one, waiting() as other:
        with pytest.raises(BusyError):
            async with waiting():
                pass
        registry.settle(outcome)
        async with asyncio.timeout(1):
            assert await one.outcome() == await other.outcome() == outcome
    async with waiting():
        pass


def test_ids_are_uuid7() -> None:
    """Ids that this service makes look like everybody's."""
    made = [new_command_id() for _ in range(50)]
    assert len(set(made)) == 50
    assert all(one[14] == "7" and one[19] in "89ab" for one in made)
