"""What may become of a message, by whom; and what it is afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.commands import Command, CommandEnvelope, CreateChat, CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    ChatKind,
    EventRecord,
    Member,
    MessageCreated,
    Role,
    event_adapter,
)
from nexync_contracts.ids import AttachmentId, CommandId, PersonId, Stream
from nexync_contracts.limits import PINNED_MESSAGES
from nexync_contracts.message_commands import (
    DeleteMessage,
    EditMessage,
    PinMessage,
    React,
    UnpinMessage,
)
from nexync_contracts.message_events import (
    Mention,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
)
from nexync_streams.deciding import Accepted, Rejected, decide, digest_of
from nexync_streams.encoding import encode_event
from nexync_streams.fold import ChatState, StreamState, apply, fresh, from_snapshot, snapshot
from nexync_streams.messages import UNTOUCHED, Now, after

STREAM = Stream("c:c0000000-0000-4000-8000-000000000000")
ADMIN, AUTHOR, MEMBER, STRANGER = (
    PersonId(f"00000000-0000-4000-8000-00000000000{i}") for i in range(4)
)
NAMES = {"admin": ADMIN, "author": AUTHOR, "member": MEMBER, "stranger": STRANGER}


def envelope(sender: PersonId, command: Command) -> CommandEnvelope:
    return CommandEnvelope(
        stream=STREAM,
        id=CommandId("00000000-0000-4000-8000-000000000001"),
        sender=sender,
        people_partitions=dict.fromkeys(NAMES.values(), 0),
        command=command,
    )


def chat(kind: ChatKind = ChatKind.GROUP) -> StreamState:
    """A chat with one message (seq 2) of the author's."""
    people = (ADMIN, AUTHOR, MEMBER) if kind is ChatKind.GROUP else (ADMIN, AUTHOR)
    roles = [Role.ADMIN if kind is ChatKind.GROUP else Role.MEMBER] + [Role.MEMBER] * 2
    members = tuple(Member(person=p, role=r) for p, r in zip(people, roles, strict=False))
    state = fresh(STREAM, 0)
    create = CreateChat(kind=kind, name="x", members=members, partition=0)
    for sender, command in ((ADMIN, create), (AUTHOR, CreateMessage(body="hello"))):
        decision = decide(state, envelope(sender, command), 1_000, None)
        assert isinstance(decision, Accepted)
        state = apply(state, decision.record)
    return state


def test_a_forwarded_message_is_labelled_and_names_nobody() -> None:
    """The label is no part of the digest: a resend through a gateway that lacks it is the same message."""
    plain, labelled = CreateMessage(body="hi"), CreateMessage(body="hi", forwarded=True)
    assert digest_of(envelope(MEMBER, plain)) == digest_of(envelope(MEMBER, labelled))
    decision = decide(chat(), envelope(MEMBER, labelled), 1_000, None)
    assert isinstance(decision, Accepted)
    assert decision.record.event == MessageCreated(body="hi", forwarded=True)
    assert b'"forwarded":true' in encode_event(decision.record.event)


FILE = Attachment(
    id=AttachmentId("0e000000-0000-4000-8000-000000000000"),
    kind=AttachmentKind.FILE,
    name="plan.pdf",
    type="application/pdf",
    size=3,
)


def test_a_message_carries_the_files_that_the_admission_knows() -> None:
    """With or without a text; what isn't known, as what is known besides, makes it none for ever."""
    for body in ("", "the plan"):
        command = CreateMessage(body=body, files=(FILE.id,), attachments=(FILE,))
        decision = decide(chat(), envelope(MEMBER, command), 1_000, None)
        assert isinstance(decision, Accepted)
        assert decision.record.event == MessageCreated(body=body, attachments=(FILE,))
        again = event_adapter.validate_json(encode_event(decision.record.event))
        assert again == decision.record.event
    for command in (
        CreateMessage(body="x", files=(FILE.id,)),
        CreateMessage(body="x", attachments=(FILE,)),
        CreateMessage(body="x", files=(FILE.id, FILE.id), attachments=(FILE,)),
    ):
        assert outcome(chat(), MEMBER, command) == "no_such_attachment"
    assert outcome(chat(), MEMBER, CreateMessage(body="")) == "invalid"


def test_a_resend_whose_files_are_gone_is_the_same_message() -> None:
    """What is known of the files is no part of what the sender said; which files, is."""
    first = CreateMessage(body="x", files=(FILE.id,), attachments=(FILE,))
    later = CreateMessage(body="x", files=(FILE.id,))
    other = CreateMessage(body="x")
    assert digest_of(envelope(MEMBER, first)) == digest_of(envelope(MEMBER, later))
    assert digest_of(envelope(MEMBER, first)) != digest_of(envelope(MEMBER, other))


def outcome(state: StreamState, sender: PersonId, command: Command) -> str:
    decision = decide(state, envelope(sender, command), 1_000, None)
    if isinstance(decision, Rejected):
        return decision.code.value
    assert isinstance(decision, Accepted)
    return decision.record.event.tag


EDIT = EditMessage(target=2, body="other", author=AUTHOR)
DELETE = DeleteMessage(target=2, author=AUTHOR)
REACT = React(target=2, emoji="👍", author=AUTHOR)


@pytest.mark.parametrize(
    ("command", "allowed"),
    [(EDIT, {"author"}), (DELETE, {"author", "admin"}), (REACT, {"author", "admin", "member"})],
    ids=["edit", "delete", "react"],
)
@pytest.mark.parametrize("who", NAMES)
def test_who_may_do_what(command: Command, allowed: set[str], who: str) -> None:
    """Every action by everybody, in a group."""
    got = outcome(chat(), NAMES[who], command)
    if who in allowed:
        assert got.startswith("message.")
    else:
        assert got == ("not_a_member" if who == "stranger" else "not_allowed")


def test_nobody_deletes_the_others_message_in_a_private_chat() -> None:
    """There are no admins."""
    state = chat(ChatKind.PRIVATE)
    assert outcome(state, ADMIN, DELETE) == RejectCode.NOT_ALLOWED
    assert outcome(state, AUTHOR, DELETE) == "message.deleted"


@pytest.mark.parametrize("command", [EDIT, DELETE, REACT], ids=["edit", "delete", "react"])
def test_a_message_that_is_not_there(command: EditMessage | DeleteMessage | React) -> None:
    """Unknown to the admission, or later than the head: rejected, and the stamp is no part of the digest."""
    unknown = command.model_copy(update={"author": None})
    assert outcome(chat(), AUTHOR, unknown) == RejectCode.NO_SUCH_MESSAGE
    later = command.model_copy(update={"target": 3})
    assert outcome(chat(), AUTHOR, later) == RejectCode.NO_SUCH_MESSAGE
    mine, other = envelope(AUTHOR, command), envelope(AUTHOR, unknown)
    assert digest_of(mine) == digest_of(other)
    assert digest_of(envelope(AUTHOR, later)) != digest_of(mine)


def test_only_members_are_named_and_only_admins_name_all() -> None:
    """What isn't so is left out; the message itself is taken."""
    mentions = tuple(Mention(person=person, name="abc") for person in (MEMBER, STRANGER))
    said = CreateMessage(body="hi", reply_to=2, mentions=mentions, mention_all=True)
    for sender in (ADMIN, MEMBER):
        decision = decide(chat(), envelope(sender, said), 1_000, None)
        assert isinstance(decision, Accepted)
        event = decision.record.event
        assert isinstance(event, MessageCreated)
        assert (event.mentions, event.mention_all) == (mentions[:1], sender == ADMIN)
    assert outcome(chat(), ADMIN, CreateMessage(body="x", reply_to=3)) == "no_such_message"


def test_a_change_counts_no_message() -> None:
    """Unread is a difference of n."""
    for command in (EDIT, DELETE, REACT):
        state = chat()
        decision = decide(state, envelope(AUTHOR, command), 1_000, None)
        assert isinstance(decision, Accepted)
        assert (decision.record.seq, decision.record.n) == (3, state.n)


def record(
    seq: int, by: PersonId, event: MessageEdited | MessageDeleted | MessageReacted
) -> EventRecord:
    return EventRecord(
        stream=STREAM,
        epoch=1,
        seq=seq,
        n=1,
        at=seq,
        id=CommandId("00000000-0000-4000-8000-000000000001"),
        by=by,
        event=event,
    )


events = st.one_of(
    st.builds(MessageEdited, target=st.just(2), body=st.sampled_from("ab")),
    st.builds(MessageReacted, target=st.just(2), emoji=st.sampled_from("👍🎉"), on=st.booleans()),
    st.just(MessageDeleted(target=2)),
)


@given(st.lists(st.tuples(st.sampled_from([ADMIN, AUTHOR, MEMBER]), events), max_size=30))
def test_the_fold_of_a_message_is_its_definition(
    happened: list[tuple[PersonId, MessageEdited | MessageDeleted | MessageReacted]],
) -> None:
    """The last edit counts, a person has each emoji at most once, and a deletion is the end of it."""
    now = UNTOUCHED
    for seq, (by, event) in enumerate(happened, start=3):
        now = after(now, record(seq, by, event))
    deleted = [by for by, event in happened if isinstance(event, MessageDeleted)]
    if deleted:
        assert now == Now(deleted=True, deleted_by=deleted[0])
        return
    edits = [event.body for _, event in happened if isinstance(event, MessageEdited)]
    assert (now.edit.body if now.edit else None) == (edits[-1] if edits else None)
    last = {
        (event.emoji, by): event.on for by, event in happened if isinstance(event, MessageReacted)
    }
    there = {(emoji, by) for emoji, people in now.reactions.items() for by in people}
    assert there == {key for key, on in last.items() if on}
    for people in now.reactions.values():
        assert list(people.values()) == sorted(people.values())


def then(state: StreamState, sender: PersonId, command: Command) -> StreamState:
    """The state after an accepted command."""
    decision = decide(state, envelope(sender, command), 1_000, None)
    assert isinstance(decision, Accepted), decision
    return apply(state, decision.record)


def pinned(state: StreamState) -> list[int]:
    """What is pinned, and the same after the snapshot was written and read."""
    assert isinstance(state.body, ChatState)
    again = from_snapshot(STREAM, snapshot(state.body))
    assert again == state.body
    return [pin.target for pin in state.body.settings.pins]


@pytest.mark.parametrize(
    ("kind", "sender", "expected"),
    [
        (ChatKind.GROUP, ADMIN, "message.pinned"),
        (ChatKind.GROUP, AUTHOR, "not_allowed"),
        (ChatKind.GROUP, STRANGER, "not_a_member"),
        (ChatKind.PRIVATE, ADMIN, "message.pinned"),
        (ChatKind.PRIVATE, AUTHOR, "message.pinned"),
    ],
)
def test_who_may_pin(kind: ChatKind, sender: PersonId, expected: str) -> None:
    """A group's admins, in a private chat both; the same for taking a pin away."""
    pin = PinMessage(target=2, author=AUTHOR)
    assert outcome(chat(kind), sender, pin) == expected
    state = then(chat(kind), ADMIN, pin)
    unpinned = "message.unpinned" if expected == "message.pinned" else expected
    assert outcome(state, sender, UnpinMessage(target=2)) == unpinned


def test_a_pin_is_there_once_until_it_is_taken_away_or_the_message_deleted() -> None:
    """Of a message that nobody sees there is none; the fold and its snapshot say the same throughout."""
    state = chat()
    pin = PinMessage(target=2, author=AUTHOR)
    assert outcome(state, ADMIN, PinMessage(target=2)) == "no_such_message"
    assert outcome(state, ADMIN, PinMessage(target=3, author=AUTHOR)) == "no_such_message"
    assert outcome(state, ADMIN, UnpinMessage(target=2)) == "already_so"
    state = then(state, ADMIN, pin)
    assert pinned(state) == [2]
    assert outcome(state, ADMIN, pin) == "already_so"
    assert pinned(then(state, ADMIN, UnpinMessage(target=2))) == []
    deleted = then(state, AUTHOR, DeleteMessage(target=2, author=AUTHOR))
    assert pinned(deleted) == []
    other = then(state, AUTHOR, DeleteMessage(target=1, author=AUTHOR))
    assert other.body is state.body


def test_so_many_messages_are_pinned_and_no_more() -> None:
    """The oldest pins stay: an admin has to say which one goes."""
    state = chat()
    for number in range(PINNED_MESSAGES):
        state = then(state, AUTHOR, CreateMessage(body=str(number)))
        state = then(state, ADMIN, PinMessage(target=state.head, author=AUTHOR))
    assert outcome(state, ADMIN, PinMessage(target=2, author=AUTHOR)) == "pins_full"
    state = then(state, ADMIN, UnpinMessage(target=3))
    assert outcome(state, ADMIN, PinMessage(target=2, author=AUTHOR)) == "message.pinned"
