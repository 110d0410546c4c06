"""The fold, the decision, spans and frames: properties that hold for every log."""

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import limits
from nexync_contracts.commands import (
    AddMember,
    Command,
    CommandEnvelope,
    CreateChat,
    CreateMessage,
    DismissChat,
    JoinByInvite,
    JoinChat,
    LeaveChat,
    MakeInvite,
    NoteConnection,
    RemoveMember,
    RenameChat,
    RevokeInvite,
    SetHistory,
    SetRetention,
    SetRole,
    SetTagline,
    envelope_adapter,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, ConnectionChange, EventRecord, History, Member, Role
from nexync_contracts.frames import EventFrame, server_frame_adapter
from nexync_contracts.ids import ChatId, CommandId, InviteId, PersonId, Stream
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
from nexync_contracts.message_events import Mention
from nexync_contracts.retention import Retention
from nexync_contracts.session import Span
from nexync_streams import deriving, encoding, seeing
from nexync_streams.deciding import (
    Accepted,
    Double,
    Rejected,
    Reused,
    Seen,
    decide,
    digest_of,
)
from nexync_streams.fold import (
    ChatState,
    FoldError,
    StreamState,
    apply,
    fresh,
    from_snapshot,
    snapshot,
)

CHAT = ChatId("c0000000-0000-4000-8000-000000000000")
STREAM = Stream(f"c:{CHAT}")
PEOPLE = [PersonId(f"00000000-0000-4000-8000-00000000000{i}") for i in range(5)]
ANN, BOB, CID = PEOPLE[:3]


def uuid7(at_ms: int, tail: int = 0) -> CommandId:
    return CommandId(str(uuid.UUID(int=at_ms << 80 | 7 << 76 | 2 << 62 | tail)))


def envelope(
    sender: PersonId, command: Command, *, stream: Stream = STREAM, number: int = 0
) -> CommandEnvelope:
    return CommandEnvelope(
        stream=stream,
        id=uuid7(1_000, number),
        sender=sender,
        people_partitions=dict.fromkeys(PEOPLE, 3),
        command=command,
    )


def group(*people: PersonId, admins: int = 1, kind: ChatKind = ChatKind.GROUP) -> CreateChat:
    roles = [Role.ADMIN] * admins + [Role.MEMBER] * len(people)
    members = tuple(
        Member(person=person, role=role) for person, role in zip(people, roles, strict=False)
    )
    return CreateChat(kind=kind, name="Team", members=members, partition=0)


def run(state: StreamState, *envelopes: CommandEnvelope) -> StreamState:
    for one in envelopes:
        decision = decide(state, one, 1_000, None)
        assert isinstance(decision, Accepted)
        state = apply(state, decision.record)
    return state


def code_of(state: StreamState, one: CommandEnvelope, at: int = 1_000) -> RejectCode | None:
    decision = decide(state, one, at, None)
    return decision.code if isinstance(decision, Rejected) else None


def some_chat(kind: ChatKind, chosen: list[PersonId], admins: int) -> CreateChat:
    return group(*chosen, admins=admins, kind=kind)


def some_span(low: int, length: int | None) -> Span:
    return Span(from_seq=low, until_seq=None if length is None else low + length)


people = st.sampled_from(PEOPLE)
invites = st.sampled_from([InviteId(f"1000000{i}-0000-4000-8000-000000000000") for i in range(3)])
digests = st.sampled_from(["0" * 64, "1" * 64])
authors = st.none() | people
targets = st.integers(1, 20)
chat_commands = st.one_of(
    st.builds(
        some_chat,
        st.sampled_from(ChatKind),
        st.lists(people, min_size=1, max_size=4),
        st.integers(0, 4),
    ),
    st.builds(AddMember, person=people, role=st.sampled_from(Role)),
    st.builds(RemoveMember, person=people),
    st.builds(RenameChat, name=st.sampled_from(["Lunch", "Tea 茶"])),
    st.builds(SetRole, person=people, role=st.sampled_from(Role)),
    st.builds(SetTagline, tagline=st.sampled_from(["", "What we eat"])),
    st.builds(SetHistory, history=st.sampled_from(History)),
    st.builds(SetRetention, retention=st.none() | st.sampled_from(Retention)),
    st.builds(DismissChat),
    st.builds(
        MakeInvite,
        invite=invites,
        digest=digests,
        expires_at=st.none() | st.integers(0, 5_000),
        uses=st.none() | st.integers(1, 2),
    ),
    st.builds(RevokeInvite, invite=invites),
    st.builds(JoinByInvite, invite=invites, digest=digests),
    st.builds(
        CreateMessage,
        body=st.text(
            st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20
        ),
        reply_to=st.none() | st.integers(1, 20),
        mentions=st.lists(st.builds(Mention, person=people, name=st.just("ann")), max_size=2).map(
            tuple
        ),
        mention_all=st.booleans(),
    ),
    st.builds(
        EditMessage,
        target=targets,
        body=st.just("other"),
        author=authors,
        mention_all=st.booleans(),
    ),
    st.builds(DeleteMessage, target=targets, author=authors),
    st.builds(React, target=targets, emoji=st.just("👍"), on=st.booleans(), author=authors),
)
person_commands = st.one_of(
    st.builds(JoinChat, chat=st.just(CHAT), seq=st.integers(1, 9), partition=st.just(0)),
    st.builds(LeaveChat, chat=st.just(CHAT), seq=st.integers(1, 9)),
    st.builds(
        NoteConnection, person=people, asker=people, change=st.sampled_from(ConnectionChange)
    ),
)


@given(
    st.lists(st.tuples(people, chat_commands, st.integers(0, 5_000)), max_size=30),
    st.lists(st.tuples(people, person_commands, st.integers(0, 5_000)), max_size=10),
    st.integers(0, 30),
)
def test_a_snapshot_and_events_are_a_fresh_fold(
    for_chat: list[tuple[PersonId, Command, int]],
    for_person: list[tuple[PersonId, Command, int]],
    cut: int,
) -> None:
    """Whatever happened: state written down at any point and folded on is the state folded in one go."""
    for stream, commands in ((STREAM, for_chat), (Stream(f"p:{ANN}"), for_person)):
        state = fresh(stream, 0)
        records: list[EventRecord] = []
        for number, (sender, command, at) in enumerate(commands):
            one = envelope(sender, command, stream=stream, number=number)
            decision = decide(state, one, at, None)
            if isinstance(decision, Accepted):
                records.append(decision.record)
                state = apply(state, decision.record)
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        assert [record.at for record in records] == sorted(record.at for record in records)
        early = fresh(stream, 0)
        for record in records[:cut]:
            early = apply(early, record)
        if early.body is not None:
            body = from_snapshot(stream, snapshot(early.body))
            early = StreamState(stream, 0, early.epoch, early.head, early.n, early.at, body)
        for record in records[cut:]:
            frame = server_frame_adapter.validate_json(encoding.encode_frame(record))
            assert isinstance(frame, EventFrame)
            early = apply(
                early, EventRecord(**frame.model_dump(exclude={"t", "event"}), event=frame.event)
            )
        assert early == state


def test_an_event_that_does_not_follow_is_refused() -> None:
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    decision = decide(state, envelope(BOB, CreateMessage(body="x")), 1_000, None)
    assert isinstance(decision, Accepted)
    after = apply(state, decision.record)
    with pytest.raises(FoldError, match="does not follow"):
        apply(after, decision.record)


def test_who_may_do_what_in_a_group() -> None:
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    assert code_of(state, envelope(ANN, group(ANN, BOB))) is RejectCode.CHAT_EXISTS
    assert code_of(state, envelope(CID, CreateMessage(body="x"))) is RejectCode.NOT_A_MEMBER
    assert code_of(state, envelope(BOB, AddMember(person=CID))) is RejectCode.NOT_ALLOWED
    assert code_of(state, envelope(ANN, AddMember(person=BOB))) is RejectCode.ALREADY_A_MEMBER
    assert code_of(state, envelope(BOB, RemoveMember(person=ANN))) is RejectCode.NOT_ALLOWED
    assert code_of(state, envelope(ANN, RemoveMember(person=CID))) is RejectCode.NOT_A_MEMBER
    assert code_of(state, envelope(BOB, RemoveMember(person=BOB))) is None
    assert code_of(state, envelope(ANN, RemoveMember(person=BOB))) is None
    assert code_of(fresh(STREAM, 0), envelope(ANN, CreateMessage(body="x"))) is (
        RejectCode.NO_SUCH_CHAT
    )


def test_admins_of_a_group_name_it() -> None:
    """A rename is the group's new name and changes nothing else; private chats have no name."""
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    rename = RenameChat(name="Tea")
    assert code_of(state, envelope(BOB, rename)) is RejectCode.NOT_ALLOWED
    assert code_of(state, envelope(CID, rename)) is RejectCode.NOT_A_MEMBER
    assert code_of(fresh(STREAM, 0), envelope(ANN, rename)) is RejectCode.NO_SUCH_CHAT
    after = run(state, envelope(ANN, rename, number=1))
    assert isinstance(state.body, ChatState)
    assert isinstance(after.body, ChatState)
    assert (after.body.name, after.head, after.n) == ("Tea", 2, 0)
    assert (after.body.members, after.body.kind) == (state.body.members, state.body.kind)
    private = group(ANN, BOB, admins=0, kind=ChatKind.PRIVATE)
    alone = run(fresh(STREAM, 0), envelope(ANN, private))
    assert code_of(alone, envelope(ANN, rename)) is RejectCode.NOT_ALLOWED


def test_a_private_chat_has_two_members_for_ever() -> None:
    private = ChatKind.PRIVATE
    for wrong in ((ANN,), (ANN, BOB, CID), (ANN, ANN), (BOB, CID)):
        command = group(*wrong, kind=private)
        assert code_of(fresh(STREAM, 0), envelope(ANN, command)) is RejectCode.INVALID
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB, admins=0, kind=private)))
    assert code_of(state, envelope(ANN, AddMember(person=CID))) is RejectCode.NOT_ALLOWED
    assert code_of(state, envelope(ANN, RemoveMember(person=ANN))) is RejectCode.NOT_ALLOWED


def test_a_full_group_takes_nobody() -> None:
    crowd = [PersonId(str(uuid.UUID(int=i))) for i in range(1, limits.CHAT_MEMBERS)]
    create = envelope(ANN, group(ANN, *crowd)).model_copy(
        update={"people_partitions": dict.fromkeys([ANN, *crowd], 0)}
    )
    state = run(fresh(STREAM, 0), create)
    assert code_of(state, envelope(ANN, AddMember(person=BOB))) is RejectCode.CHAT_FULL


def test_a_group_needs_its_maker_as_admin_and_its_own_partition() -> None:
    assert code_of(fresh(STREAM, 0), envelope(BOB, group(ANN, BOB))) is RejectCode.INVALID
    assert code_of(fresh(STREAM, 1), envelope(ANN, group(ANN, BOB))) is RejectCode.INVALID


def test_commands_of_the_other_kind_of_stream_are_invalid() -> None:
    person = Stream(f"p:{ANN}")
    note = NoteConnection(person=BOB, asker=ANN, change=ConnectionChange.REQUESTED)
    assert code_of(fresh(STREAM, 0), envelope(ANN, note)) is RejectCode.INVALID
    wrong = envelope(ANN, CreateMessage(body="x"), stream=person)
    assert code_of(fresh(person, 0), wrong) is RejectCode.INVALID


def test_an_id_of_the_future_is_refused_at_sixty_seconds() -> None:
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    one = envelope(ANN, CreateMessage(body="x")).model_copy(update={"id": uuid7(100_000)})
    assert code_of(state, one, 39_999) is RejectCode.ID_IN_FUTURE
    assert code_of(state, one, 40_000) is None


def test_an_id_that_is_older_than_memory_is_refused_unless_it_is_known() -> None:
    """Its first coming may be gone with its month, so that nobody could tell. Streams of people forget nothing."""
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    one = envelope(ANN, CreateMessage(body="x")).model_copy(update={"id": uuid7(1_000)})
    edge = 1_000 + limits.ID_BEHIND_MS
    assert code_of(state, one, edge) is None
    assert code_of(state, one, edge + 1) is RejectCode.ID_EXPIRED
    seen = Seen(digest_of(one), 2, None)
    assert decide(state, one, edge + 1, seen) == Double(seen)
    derived = one.model_copy(update={"id": CommandId("00000000-0000-5000-8000-000000000001")})
    assert code_of(state, derived, edge + 1) is None
    person = Stream(f"p:{ANN}")
    note = NoteConnection(person=BOB, asker=ANN, change=ConnectionChange.REQUESTED)
    told = envelope(ANN, note, stream=person).model_copy(update={"id": uuid7(1_000)})
    assert code_of(fresh(person, 0), told, edge + 1) is None


def test_the_same_id_again_is_a_double_or_reused() -> None:
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    one = envelope(ANN, CreateMessage(body="x"))
    seen = Seen(digest_of(one), 2, None)
    assert decide(state, one, 0, seen) == Double(seen)
    assert decide(state, envelope(ANN, CreateMessage(body="y")), 0, seen) == Reused(seen)
    retold = envelope_adapter.validate_json(one.model_dump_json())
    assert digest_of(retold) == digest_of(one)


def test_what_follows_from_membership_has_ids_of_its_own() -> None:
    create = envelope(ANN, group(ANN, BOB))
    decision = decide(fresh(STREAM, 0), create, 0, None)
    assert isinstance(decision, Accepted)
    derived = deriving.derive(decision.record, create, 0)
    assert [one.envelope.stream for one in derived] == [f"p:{ANN}", f"p:{BOB}"]
    assert len({one.envelope.id for one in derived}) == 2
    assert derived == deriving.derive(decision.record, create, 0)


spans_of_one = st.lists(
    st.builds(some_span, st.integers(1, 20), st.none() | st.integers(0, 10)), max_size=4
)


@given(spans_of_one, st.integers(0, 25), st.integers(0, 25))
def test_events_and_skips_close_the_numbers(spans: list[Span], after: int, to: int) -> None:
    seen: list[int] = []
    for one in seeing.see(range(1, 26), lambda seq: seq, spans, after, to):
        if isinstance(one, seeing.Skipped):
            hidden = list(range(one.from_seq, one.to_seq + 1))
            assert hidden
            assert not any(seeing.may_see(spans, seq) for seq in hidden)
            seen += hidden
        else:
            assert seeing.may_see(spans, one.event)
            seen.append(one.event)
    assert seen == list(range(after + 1, to + 1))


def test_a_hole_is_never_closed_by_a_skip() -> None:
    with pytest.raises(seeing.MissingEventError):
        seeing.see([1, 3], lambda seq: seq, [Span(from_seq=1)], 0, 3)


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=50))
def test_any_text_survives_the_frame(body: str) -> None:
    state = run(fresh(STREAM, 0), envelope(ANN, group(ANN, BOB)))
    decision = decide(state, envelope(ANN, CreateMessage(body=body)), 5, None)
    assert isinstance(decision, Accepted)
    record = decision.record
    frame = encoding.encode_frame(record)
    assert json.loads(frame)["event"] == {"tag": "message.created", "body": body}
    assert frame == encoding.join_frame(
        stream=record.stream,
        epoch=record.epoch,
        seq=record.seq,
        n=record.n,
        at=record.at,
        command=record.id,
        by=record.by,
        event=encoding.encode_event(record.event),
    )
