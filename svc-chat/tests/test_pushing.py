"""Who is told of new messages, and in which words; over fakes."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import limits
from nexync_contracts.channels import ONLINE_SECONDS
from nexync_contracts.events import ChatKind, EventRecord, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, SessionId, chat_stream
from nexync_contracts.message_events import Mention
from nexync_contracts.push_jobs import PushGone, PushPageAsk
from svc_chat.errors import WindowsAwayError
from svc_chat.pushing import Flushed, Pushing, Reader, worth_telling

NOW = 1_767_225_600
CHAT = ChatId("00000000-0000-4000-8000-00000000000c")


def _person(number: int) -> PersonId:
    return PersonId(f"00000000-0000-4000-8000-{number:012d}")


ANN, BOB, CID = _person(1), _person(2), _person(3)
PHONE = (SessionId("00000000-0000-4000-8000-000000000051"), "token-0123456789abcdef")
LAPTOP = (SessionId("00000000-0000-4000-8000-000000000052"), "token-fedcba9876543210")


def _message(
    seq: int,
    by: PersonId = BOB,
    body: str = "hello",
    *,
    names: PersonId | None = None,
    mention_all: bool = False,
    hook: str | None = None,
) -> EventRecord:
    mentions = (Mention(person=names, name="somebody"),) if names else ()
    return EventRecord.model_construct(
        stream=chat_stream(CHAT),
        epoch=1,
        seq=seq,
        n=seq - 1,
        at=NOW * 1000,
        id=_person(seq),
        by=by,
        event=MessageCreated(body=body, mentions=mentions, mention_all=mention_all, hook=hook),
    )


def _reader(person: PersonId = ANN, **changes: object) -> Reader:
    return Reader(person, 1, 0, 0, True, frozenset(), (PHONE,))._replace(**changes)  # pyright: ignore[reportArgumentType] - fields by name


class Case(NamedTuple):
    """A reader, the messages newest first, and the seq that is told."""

    reader: Reader
    messages: Sequence[EventRecord]
    told: int | None


MUTED = NOW * 1000 + 1


@pytest.mark.parametrize(
    "case",
    [
        Case(_reader(), [_message(9), _message(8)], 9),
        Case(_reader(), [_message(9, ANN), _message(8)], 8),
        Case(_reader(), [_message(9, ANN)], None),
        Case(_reader(), [_message(9, ANN, hook="Build")], 9),
        Case(_reader(blocks=frozenset({BOB})), [_message(9, hook="Build")], None),
        Case(_reader(read_seq=8), [_message(9), _message(8)], 9),
        Case(_reader(read_seq=9), [_message(9), _message(8)], None),
        Case(_reader(from_seq=9), [_message(8)], None),
        Case(_reader(blocks=frozenset({BOB})), [_message(9), _message(8, CID)], 8),
        Case(_reader(blocks=frozenset({BOB})), [_message(9, names=ANN)], None),
        Case(_reader(muted_until=MUTED), [_message(9)], None),
        Case(_reader(muted_until=NOW * 1000), [_message(9)], 9),
        Case(_reader(muted_until=MUTED), [_message(9), _message(8, names=ANN)], 8),
        Case(_reader(muted_until=MUTED), [_message(9, names=CID)], None),
        Case(_reader(muted_until=MUTED), [_message(9, mention_all=True)], 9),
    ],
)
def test_the_newest_message_that_counts_is_told(case: Case) -> None:
    """Not one's own, not read, not from before one came, of nobody blocked; muted, only what names one."""
    found = worth_telling(case.reader, case.messages, NOW * 1000)
    assert (found.seq if found else None) == case.told


@given(
    senders=st.lists(st.sampled_from([ANN, BOB, CID]), min_size=1, max_size=8),
    read=st.integers(0, 10),
    blocks=st.frozensets(st.sampled_from([BOB, CID])),
)
def test_what_is_told_is_always_somebody_else_s_and_unread(
    senders: list[PersonId], read: int, blocks: frozenset[PersonId]
) -> None:
    """Whatever was written, read and blocked; and nothing newer would have done."""
    messages = [_message(seq, by) for seq, by in enumerate(senders, 2)][::-1]
    reader = _reader(read_seq=read, blocks=blocks)
    good = [m.seq for m in messages if m.by not in {ANN, *blocks} and m.seq > max(read, 1)]
    found = worth_telling(reader, messages, NOW * 1000)
    assert (found.seq if found else None) == max(good, default=None)


class World:
    """The use case over fakes that keep what they are given."""

    def __init__(self) -> None:
        self.found: Flushed | None = Flushed(
            ChatKind.GROUP, "Lunch", [_message(9, body="soup?")], {BOB: "Bob"}
        )
        self.all: list[Reader] = [_reader()]
        self.next: PersonId | None = None
        self.seen: dict[PersonId, int] = {}
        self.redis_away = False
        self.waiting: dict[PersonId, int] = {ANN: 4}
        self.devices: dict[SessionId, str] = {}
        self.preview = False
        self.pushing = Pushing(self, self, None, lambda: NOW)

    async def view(self, person: PersonId, session: SessionId) -> tuple[bool, bool]:
        assert person == ANN
        return session in self.devices, self.preview

    async def keep(self, person: PersonId, session: SessionId, token: str) -> None:
        assert person == ANN
        self.devices[session] = token

    async def end(self, session: SessionId) -> None:
        self.devices.pop(session, None)

    async def forget(self, session: SessionId, token: str) -> bool:
        return self.devices.get(session) == token and bool(self.devices.pop(session))

    async def settle(self, person: PersonId, *, preview: bool) -> None:
        assert person == ANN
        self.preview = preview

    async def flushed(self, chat: ChatId, low: int, high: int, most: int) -> Flushed | None:
        assert (chat, low, high) == (CHAT, 5, 9)
        assert most > 0
        return self.found

    async def readers(
        self, chat: ChatId, after: PersonId | None, most: int, senders: Collection[PersonId]
    ) -> tuple[list[Reader], PersonId | None]:
        assert chat == CHAT
        assert most * limits.PUSH_DEVICES <= limits.PUSH_TARGETS
        assert senders
        assert after is None
        return self.all, self.next

    async def unread(self, people: Collection[PersonId]) -> Mapping[PersonId, int]:
        return {person: self.waiting[person] for person in people if person in self.waiting}

    async def seen_of(self, people: Sequence[PersonId]) -> Sequence[int | None]:
        if self.redis_away:
            raise WindowsAwayError
        return [self.seen.get(person) for person in people]

    async def told(self) -> list[tuple[SessionId, int, int, str | None, str | None]]:
        """The targets of the page."""
        page = await self.pushing.page(PushPageAsk(chat=CHAT, low=5, high=9))
        assert page.after == self.next
        return [(t.session, t.seq, t.unread, t.title, t.text) for t in page.targets]


@pytest.fixture
def world() -> World:
    return World()


async def test_every_device_of_who_is_away_is_told(world: World) -> None:
    """In a group by its name, and who wrote."""
    world.all = [_reader(devices=(PHONE, LAPTOP))]
    world.next = CID
    told = ("Lunch", "Bob: soup?")
    assert await world.told() == [(PHONE[0], 9, 4, *told), (LAPTOP[0], 9, 4, *told)]


async def test_a_private_chat_has_the_name_of_who_wrote(world: World) -> None:
    """It has no other."""
    world.found = Flushed(ChatKind.PRIVATE, None, [_message(9, body="soup?")], {BOB: "Bob"})
    assert await world.told() == [(PHONE[0], 9, 4, "Bob", "soup?")]


async def test_without_a_preview_no_word_leaves(world: World) -> None:
    """Not even to the queue."""
    world.all = [_reader(preview=False)]
    assert await world.told() == [(PHONE[0], 9, 4, None, None)]


@pytest.mark.parametrize(("ago", "told"), [(0, 0), (ONLINE_SECONDS - 1, 0), (ONLINE_SECONDS, 1)])
async def test_who_is_here_is_not_told(world: World, ago: int, told: int) -> None:
    """On any device; what is on the screen needs no notification."""
    world.seen = {ANN: NOW - ago}
    assert len(await world.told()) == told


async def test_while_redis_is_away_everybody_is_told(world: World) -> None:
    """One notification too many is better than a message that nobody hears of."""
    world.redis_away = True
    assert len(await world.told()) == 1


async def test_there_may_be_nothing_to_tell(world: World) -> None:
    """All was deleted, or the chat isn't there."""
    world.found = Flushed(ChatKind.GROUP, "Lunch", [], {})
    assert await world.told() == []
    world.found = None
    assert await world.told() == []


async def test_long_words_are_cut(world: World) -> None:
    """At the contract's limit, with a sign that there is more."""
    long = _message(9, body="x" * 1_000)
    world.found = Flushed(ChatKind.GROUP, "L" * 80, [long], {BOB: "Bob"})
    ((_, _, _, title, text),) = await world.told()
    assert title == "L" * limits.PUSH_TITLE_CHARS
    assert text is not None
    assert len(text) == limits.PUSH_TEXT_CHARS
    assert text.endswith("x…")


async def test_a_device_comes_and_goes(world: World) -> None:
    """With the session; Firebase's word counts only for the token that it is about."""
    session, token = PHONE
    assert (await world.pushing.keep(ANN, session, token)).device
    assert not await world.pushing.gone(PushGone(session=session, token=LAPTOP[1]))
    assert (await world.pushing.of(ANN, session)).device
    assert await world.pushing.gone(PushGone(session=session, token=token))
    assert not (await world.pushing.of(ANN, session)).device
    await world.pushing.keep(ANN, session, token)
    assert not (await world.pushing.end(ANN, session)).device
    assert (await world.pushing.settle(ANN, session, preview=True)).preview
