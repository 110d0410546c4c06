"""Messages for later: once each, at their time, whatever dies in between; and what their authors may do with them."""

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

import pytest
from pydantic import ValidationError

from nexync_contracts import limits
from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.commands import CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import AttachmentId, ChatId, CommandId, PersonId, ScheduledId
from nexync_contracts.rest import CommandDone
from nexync_contracts.scheduled_rest import RescheduleBody, ScheduleBody
from svc_chat.commanding import Actor
from svc_chat.errors import (
    InvalidError,
    NothingThereError,
    OutcomeUnknownError,
    RefusedError,
)
from svc_chat.scheduling import STUCK, Scheduled, Scheduling, Sender

ADA = PersonId("00000000-0000-4000-8000-00000000000a")
CHAT = ChatId("c0000000-0000-4000-8000-000000000000")
KEY = "018bcfe5-6800-7000-8000-000000000001"
NOW = 1_700_000_000_000


class World:
    """Rows, a log that de-duplicates by id, and things that go wrong."""

    def __init__(self) -> None:
        self.rows: dict[ScheduledId, Scheduled] = {}
        self.log: dict[str, str] = {}
        self.now = NOW
        self.member = True
        self.silent: set[str] = set()
        """Texts after which nobody says the outcome."""
        self.refusal: RejectCode | None = None
        self.scheduling = Scheduling(self, self, lambda: self.now)  # type: ignore[arg-type] # what is asked of each
        self.sender = Sender(self, self, self, lambda: self.now)  # type: ignore[arg-type] # as above
        self.ready: dict[AttachmentId, Attachment] = {}
        self.carried: list[tuple[Attachment, ...]] = []

    async def present(self, person: PersonId, chat: ChatId) -> bool:
        return self.member

    async def admit(self, person: PersonId, files: Sequence[AttachmentId]) -> list[Attachment]:
        return [one for one in self.ready.values() if one.id in files]

    async def of(self, person: PersonId, chat: ChatId) -> Sequence[Scheduled]:
        return sorted(self.rows.values(), key=lambda one: one.at)

    async def add(self, message: Scheduled, most: int) -> Scheduled | None:
        if message.id in self.rows:
            return self.rows[message.id]
        if len(self.rows) >= most:
            return None
        self.rows[message.id] = message
        return message

    async def change(
        self,
        person: PersonId,
        chat: ChatId,
        message: ScheduledId,
        fold: Callable[[Scheduled], Scheduled],
    ) -> Scheduled | None:
        if message not in self.rows:
            return None
        self.rows[message] = fold(self.rows[message])
        return self.rows[message]

    async def remove(self, person: PersonId, chat: ChatId, message: ScheduledId) -> bool:
        return self.rows.pop(message, None) is not None

    @asynccontextmanager
    async def take(self, now: int, but: Collection[ScheduledId]) -> AsyncGenerator["Held | None"]:
        due = [
            one
            for one in self.rows.values()
            if one.at <= now and one.problem is None and one.id not in but
        ]
        yield Held(self, min(due, key=lambda one: one.at)) if due else None

    async def say(
        self, actor: Actor, chat: ChatId, partition: int, command: CreateMessage
    ) -> CommandDone:
        assert actor.key is not None
        if self.refusal is not None:
            raise RefusedError(self.refusal)
        if tuple(one.id for one in command.attachments) != command.files:
            raise RefusedError(RejectCode.NO_SUCH_ATTACHMENT)
        self.carried.append(command.attachments)
        self.log.setdefault(actor.key, command.body)
        if command.body in self.silent:
            raise OutcomeUnknownError(CommandId(actor.key))
        return CommandDone(chat=chat, seq=len(self.log))


class Held:
    """One row, held."""

    partition = 3

    def __init__(self, world: World, message: Scheduled) -> None:
        self._world = world
        self.message = message

    async def sent(self) -> None:
        del self._world.rows[self.message.id]

    async def refused(self, code: RejectCode) -> None:
        self._world.rows[self.message.id] = self.message._replace(problem=code)


@pytest.fixture
def world() -> World:
    return World()


async def later(world: World, text: str, seconds: int = 60, key: str | None = None) -> ScheduledId:
    body = ScheduleBody(at=NOW + 1_000 * seconds, body=text)
    return (await world.scheduling.add(ADA, CHAT, body, key)).scheduled


async def test_it_is_sent_at_its_time_and_not_before(world: World) -> None:
    await later(world, "second", 120)
    await later(world, "first", 60)
    await world.sender.round()
    assert world.log == {}
    world.now += 60_000
    await world.sender.round()
    assert list(world.log.values()) == ["first"]
    world.now += 60_000
    await world.sender.round()
    assert list(world.log.values()) == ["first", "second"]
    assert world.rows == {}


async def test_whatever_is_not_known_comes_again_under_the_same_id(world: World) -> None:
    """A crash behind the log's back looks the same: the row is there, and the id is taken."""
    stuck, _ = await later(world, "lost answer", 1), await later(world, "next", 2)
    world.silent.add("lost answer")
    world.now += 5_000
    assert await world.sender.round() == 1
    assert list(world.rows) == [stuck]
    world.silent.clear()
    assert await world.sender.round() == 0
    assert sorted(world.log.values()) == ["lost answer", "next"]
    assert world.rows == {}


async def test_a_log_that_does_not_answer_ends_the_round(world: World) -> None:
    for number in range(STUCK + 5):
        await later(world, str(number), number)
        world.silent.add(str(number))
    world.now += 3_600_000
    assert await world.sender.round() == STUCK


async def test_what_the_log_refuses_waits_for_its_author(world: World) -> None:
    """It isn't tried again by itself; another time tries it again."""
    message = await later(world, "hello", 1)
    world.refusal = RejectCode.NOT_A_MEMBER
    world.now += 5_000
    assert await world.sender.round() == 0
    assert await world.sender.round() == 0
    shown = (await world.scheduling.of(ADA, CHAT)).messages
    assert [one.problem for one in shown] == [RejectCode.NOT_A_MEMBER]
    world.refusal = None
    again = await world.scheduling.change(ADA, CHAT, message, RescheduleBody(at=0))
    assert again.problem is None
    await world.sender.round()
    assert list(world.log.values()) == ["hello"]


async def test_an_author_changes_and_removes_what_waits(world: World) -> None:
    message = await later(world, "hello")
    changed = await world.scheduling.change(ADA, CHAT, message, RescheduleBody(body="good bye"))
    assert (changed.body, changed.at) == ("good bye", NOW + 60_000)
    await world.scheduling.remove(ADA, CHAT, message)
    for gone in (
        world.scheduling.remove(ADA, CHAT, message),
        world.scheduling.change(ADA, CHAT, message, RescheduleBody(at=0)),
    ):
        with pytest.raises(NothingThereError):
            await gone


def file(number: int) -> Attachment:
    identifier = AttachmentId(f"0e000000-0000-4000-8000-{number:012}")
    return Attachment(
        id=identifier, kind=AttachmentKind.FILE, name=f"{number}.txt", type="text/plain", size=3
    )


async def test_files_go_along_as_they_are_known_then(world: World) -> None:
    """In their order, each as often as it was named; what is gone by then is the author's to decide about."""
    first, second = file(1), file(2)
    world.ready = {second.id: second, first.id: first}
    body = ScheduleBody(at=NOW, body="", files=(first.id, second.id, first.id))
    await world.scheduling.add(ADA, CHAT, body, None)
    await world.sender.round()
    assert world.carried == [(first, second, first)]
    await world.scheduling.add(ADA, CHAT, body, None)
    del world.ready[first.id]
    await world.sender.round()
    shown = (await world.scheduling.of(ADA, CHAT)).messages
    assert [one.problem for one in shown] == [RejectCode.NO_SUCH_ATTACHMENT]


async def test_only_a_message_with_files_may_say_nothing(world: World) -> None:
    with pytest.raises(ValidationError):
        ScheduleBody(at=NOW, body="")
    plain = await later(world, "hello")
    with pytest.raises(InvalidError) as error:
        await world.scheduling.change(ADA, CHAT, plain, RescheduleBody(body=""))
    assert error.value.path == ("body", "body")
    body = ScheduleBody(at=NOW, body="look", files=(file(1).id,))
    carries = (await world.scheduling.add(ADA, CHAT, body, None)).scheduled
    changed = await world.scheduling.change(ADA, CHAT, carries, RescheduleBody(body=""))
    assert changed.body == ""
    with pytest.raises(InvalidError):
        await world.scheduling.change(ADA, CHAT, carries, RescheduleBody(files=()))
    await world.scheduling.change(ADA, CHAT, carries, RescheduleBody(body="look", files=()))
    assert world.rows[carries].command.files == ()


async def test_a_message_gets_other_files_or_keeps_those_that_it_has(world: World) -> None:
    first, second = file(1), file(2)
    world.ready = {second.id: second}
    body = ScheduleBody(at=NOW, body="look", files=(first.id,))
    message = (await world.scheduling.add(ADA, CHAT, body, None)).scheduled
    await world.sender.round()
    assert world.rows[message].problem is RejectCode.NO_SUCH_ATTACHMENT
    await world.scheduling.change(ADA, CHAT, message, RescheduleBody(body="look again"))
    assert world.rows[message].command.files == (first.id,)
    await world.scheduling.change(ADA, CHAT, message, RescheduleBody(files=(second.id,)))
    await world.sender.round()
    assert world.carried == [(second,)]
    assert list(world.log.values()) == ["look again"]


async def test_who_may_schedule_what(world: World) -> None:
    """Members, up to a number, up to a year ahead; repeated with a key it is one."""
    assert await later(world, "hello", key=KEY) == await later(world, "hello", key=KEY)
    far = ScheduleBody(at=NOW + limits.SCHEDULED_AHEAD_MS + 1, body="x")
    with pytest.raises(InvalidError) as error:
        await world.scheduling.add(ADA, CHAT, far, None)
    assert error.value.path == ("body", "at")
    for number in range(limits.SCHEDULED - 1):
        await later(world, str(number))
    with pytest.raises(InvalidError):
        await later(world, "one too many")
    world.member = False
    with pytest.raises(NothingThereError):
        await later(world, "from outside")
