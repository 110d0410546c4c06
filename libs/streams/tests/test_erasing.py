"""What the erasure of an account is in the log: a private chat that closes, and a word in the person's own stream."""

import uuid

import pytest
from ann_and_bob import ANN, BOB, Talk

from nexync_contracts.commands import (
    BlockPartner,
    ClosePrivateChat,
    Command,
    CommandEnvelope,
    CreateMessage,
    NoteErasure,
    RemoveMember,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatDismissed, ChatKind, EventRecord, PersonErased, Role
from nexync_contracts.ids import CommandId, person_stream
from nexync_contracts.message_commands import React
from nexync_streams.deciding import Accepted, Rejected, decide
from nexync_streams.fold import ChatState, apply, fresh, from_snapshot, snapshot


def test_a_closed_private_chat_takes_nothing_more_from_either() -> None:
    """Whatever comes after it is rejected with the reason; what came before has its number."""
    talk = Talk()
    talk.do(BOB, CreateMessage(body="before"))
    closed = talk.do(ANN, ClosePrivateChat())
    assert isinstance(closed, EventRecord)
    assert isinstance(closed.event, ChatDismissed)
    for sender, command in (
        (BOB, CreateMessage(body="after")),
        (ANN, CreateMessage(body="after")),
        (BOB, React(target=2, emoji="👍", on=True, author=BOB)),
        (BOB, BlockPartner()),
        (ANN, ClosePrivateChat()),
    ):
        assert talk.do(sender, command) is RejectCode.DISMISSED
    kept = from_snapshot(talk.state.stream, snapshot(talk.body))
    assert isinstance(kept, ChatState)
    assert kept.settings.dismissed
    assert set(kept.members) == {ANN, BOB}


def test_a_group_is_left_and_not_closed() -> None:
    """By the last admin too: the other one follows."""
    talk = Talk(ChatKind.GROUP)
    assert talk.do(ANN, ClosePrivateChat()) is RejectCode.NOT_ALLOWED
    assert isinstance(talk.do(ANN, RemoveMember(person=ANN)), EventRecord)
    assert set(talk.body.members) == {BOB}
    assert talk.body.members[BOB].role is Role.ADMIN


@pytest.mark.parametrize("command", [NoteErasure(), ClosePrivateChat()])
def test_a_persons_stream_takes_the_word_and_its_state_stays(command: Command) -> None:
    """Who replays the log finds it there; it belongs to no chat."""
    state = fresh(person_stream(ANN), 0)
    envelope = CommandEnvelope(
        stream=state.stream, id=CommandId(str(uuid.uuid4())), sender=ANN, command=command
    )
    decision = decide(state, envelope, 1_000, None)
    if isinstance(command, ClosePrivateChat):
        assert decision == Rejected(RejectCode.INVALID)
        return
    assert isinstance(decision, Accepted)
    assert isinstance(decision.record.event, PersonErased)
    after = apply(state, decision.record)
    assert (after.head, after.body) == (1, state.body)
    talk = Talk()
    assert talk.do(ANN, NoteErasure()) is RejectCode.INVALID
