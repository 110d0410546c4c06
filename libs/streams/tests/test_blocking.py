"""Blocks in private chats: what the blocked one adds is for them alone, and numbers close for both."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.commands import (
    BlockPartner,
    Command,
    CommandEnvelope,
    CreateChat,
    CreateMessage,
    UnblockPartner,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, EventRecord, Member, MessageCreated, Role
from nexync_contracts.ids import CommandId, PersonId, Stream
from nexync_contracts.message_commands import (
    DeleteMessage,
    EditMessage,
    PinMessage,
    React,
    UnpinMessage,
)
from nexync_contracts.session import Span
from nexync_streams.blocking import HIDDEN, is_hidden, shows
from nexync_streams.deciding import Accepted, Rejected, decide
from nexync_streams.encoding import encode_frame
from nexync_streams.fold import ChatState, StreamState, apply, fresh, from_snapshot, snapshot
from nexync_streams.seeing import Shown, see

STREAM = Stream("c:c0000000-0000-4000-8000-000000000000")
ANN = PersonId("00000000-0000-4000-8000-000000000001")
BOB = PersonId("00000000-0000-4000-8000-000000000002")
BOTH = (ANN, BOB)


class Talk:
    """A chat of Ann and Bob, command by command."""

    def __init__(self, kind: ChatKind = ChatKind.PRIVATE) -> None:
        self.state: StreamState = fresh(STREAM, 0)
        self.records: list[EventRecord] = []
        members = tuple(Member(person=one, role=Role.ADMIN) for one in BOTH)
        self.do(ANN, CreateChat(kind=kind, name="x", members=members, partition=0))

    def do(self, sender: PersonId, command: Command) -> EventRecord | RejectCode:
        envelope = CommandEnvelope(
            stream=STREAM,
            id=CommandId(str(uuid.uuid4())),
            sender=sender,
            people_partitions=dict.fromkeys(BOTH, 0),
            command=command,
        )
        decision = decide(self.state, envelope, 1_000 + len(self.records), None)
        if isinstance(decision, Rejected):
            return decision.code
        assert isinstance(decision, Accepted)
        self.records.append(decision.record)
        self.state = apply(self.state, decision.record)
        return decision.record

    def say(self, sender: PersonId, text: str) -> EventRecord:
        record = self.do(sender, CreateMessage(body=text))
        assert isinstance(record, EventRecord)
        return record

    def texts(self, reader: PersonId) -> list[str]:
        return [
            one.event.body
            for one in self.records
            if isinstance(one.event, MessageCreated) and shows(one, reader)
        ]

    @property
    def body(self) -> ChatState:
        assert isinstance(self.state.body, ChatState)
        return self.state.body


def test_what_is_said_during_a_block_never_arrives() -> None:
    """It has its number and its author sees it, but it counts for nobody; after the block all is as before."""
    talk = Talk()
    talk.say(BOB, "before")
    blocked = talk.do(ANN, BlockPartner())
    assert isinstance(blocked, EventRecord)
    assert shows(blocked, ANN)
    assert not shows(blocked, BOB)
    during = talk.say(BOB, "during")
    assert (during.seq, during.n) == (4, 1)
    talk.say(ANN, "mine")
    lifted = talk.do(ANN, UnblockPartner())
    assert isinstance(lifted, EventRecord)
    assert not shows(lifted, BOB)
    talk.say(BOB, "after")
    assert talk.texts(ANN) == ["before", "mine", "after"]
    assert talk.texts(BOB) == ["before", "during", "mine", "after"]
    assert talk.state.n == 3


def test_what_is_taken_away_is_seen_unless_it_was_hidden() -> None:
    talk = Talk()
    old = talk.say(BOB, "old").seq
    talk.do(BOB, React(target=old, emoji="👍", author=BOB))
    talk.do(ANN, BlockPartner())
    new = talk.say(BOB, "new").seq
    hidden: list[Command] = [
        EditMessage(target=old, body="insult", author=BOB),
        React(target=old, emoji="👎", author=BOB),
        PinMessage(target=old, author=BOB),
        UnpinMessage(target=old),
        DeleteMessage(target=new, author=BOB),
    ]
    seen: list[Command] = [
        React(target=old, emoji="👍", on=False, author=BOB),
        DeleteMessage(target=old, author=BOB),
    ]
    for command, told in [*((one, False) for one in hidden), *((one, True) for one in seen)]:
        record = talk.do(BOB, command)
        assert isinstance(record, EventRecord)
        assert shows(record, ANN) == told, command


def test_what_is_about_a_hidden_message_stays_hidden_after_the_block() -> None:
    """Its author's edits, deletion and pin; what is about anything else isn't, also if it was said at that time."""
    talk = Talk()
    old = talk.say(BOB, "old").seq
    talk.do(ANN, BlockPartner())
    during, hers = talk.say(BOB, "during").seq, talk.say(ANN, "hers").seq
    talk.do(ANN, UnblockPartner())
    later = talk.say(BOB, "later").seq
    for target, told in ((during, False), (old, True), (later, True)):
        for command in (
            EditMessage(target=target, body="other", author=BOB),
            PinMessage(target=target, author=BOB),
            UnpinMessage(target=target),
            DeleteMessage(target=target, author=BOB),
        ):
            record = talk.do(BOB, command)
            assert isinstance(record, EventRecord)
            assert shows(record, ANN) == told, command
    record = talk.do(BOB, React(target=hers, emoji="👍", author=ANN))
    assert isinstance(record, EventRecord)
    assert shows(record, ANN)
    assert from_snapshot(STREAM, snapshot(talk.body)) == talk.body


def test_an_unpinning_of_what_both_see_is_seen() -> None:
    talk = Talk()
    old = talk.say(ANN, "old").seq
    talk.do(ANN, PinMessage(target=old, author=ANN))
    talk.do(ANN, BlockPartner())
    record = talk.do(BOB, UnpinMessage(target=old))
    assert isinstance(record, EventRecord)
    assert shows(record, ANN)


@pytest.mark.parametrize("sender", BOTH)
def test_a_block_is_set_and_taken_back_once(sender: PersonId) -> None:
    talk = Talk()
    assert talk.do(sender, UnblockPartner()) is RejectCode.ALREADY_SO
    assert isinstance(talk.do(sender, BlockPartner()), EventRecord)
    assert talk.do(sender, BlockPartner()) is RejectCode.ALREADY_SO
    assert isinstance(talk.do(sender, UnblockPartner()), EventRecord)


def test_no_block_hides_in_a_group() -> None:
    assert Talk(ChatKind.GROUP).do(ANN, BlockPartner()) is RejectCode.NOT_ALLOWED


def test_only_a_hidden_event_looks_hidden() -> None:
    """Gateways tell it by the bytes, so no text may look like it."""
    talk = Talk()
    innocent = talk.say(BOB, 'x "hidden":true y')
    assert HIDDEN not in encode_frame(innocent)
    talk.do(ANN, BlockPartner())
    assert HIDDEN in encode_frame(talk.say(BOB, "x"))
    assert HIDDEN in encode_frame(talk.records[2])


COMMANDS: list[Command] = [
    CreateMessage(body="hi"),
    EditMessage(target=2, body="ho", author=ANN),
    DeleteMessage(target=3, author=BOB),
    React(target=2, emoji="👍", author=ANN),
    React(target=2, emoji="👍", on=False, author=ANN),
    PinMessage(target=2, author=ANN),
    UnpinMessage(target=2),
    BlockPartner(),
    UnblockPartner(),
]


@given(st.lists(st.tuples(st.sampled_from(BOTH), st.sampled_from(COMMANDS)), max_size=20))
def test_any_log_closes_for_both(steps: list[tuple[PersonId, Command]]) -> None:
    """Whatever the two do: each reads the same numbers, told or skipped, and nothing of whom they block."""
    talk = Talk()
    blocking: set[PersonId] = set()
    for sender, command in steps:
        record = talk.do(sender, command)
        if isinstance(record, RejectCode):
            continue
        other = ANN if sender == BOB else BOB
        if isinstance(command, BlockPartner):
            blocking.add(sender)
        elif isinstance(command, UnblockPartner):
            blocking.discard(sender)
        elif isinstance(command, CreateMessage):
            assert shows(record, other) == (other not in blocking)
        assert shows(record, sender)
    counted = [
        one
        for one in talk.records
        if isinstance(one.event, MessageCreated) and not is_hidden(one.event)
    ]
    assert talk.state.n == len(counted)
    assert from_snapshot(STREAM, snapshot(talk.body)) == talk.body
    for reader in BOTH:
        closes_for(reader, talk)


def closes_for(reader: PersonId, talk: Talk) -> None:
    read = see(
        talk.records,
        lambda one: one.seq,
        (Span(from_seq=1),),
        0,
        talk.state.head,
        lambda one: not shows(one, reader),
    )
    done = 0
    for item in read:
        low, high = (item.event.seq,) * 2 if isinstance(item, Shown) else item
        assert low == done + 1
        done = high
    assert done == talk.state.head
    newest = [one for one in talk.records if shows(one, reader)][-1]
    expected = None if newest.seq == talk.state.head else (newest.seq, newest.at)
    assert talk.body.behind.get(reader) == expected
