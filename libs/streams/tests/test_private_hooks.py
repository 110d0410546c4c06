"""Webhooks of private chats: a program speaks for who made it, as long as the two are connected."""

from ann_and_bob import ANN, BOB, STREAM, Talk
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import limits
from nexync_contracts.commands import (
    BlockPartner,
    Command,
    CreateMessage,
    EndHooks,
    MakeHook,
    RevokeHook,
    UnblockPartner,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, EventRecord, HooksEnded, MessageCreated, Role
from nexync_contracts.ids import AttachmentId, HookId, PersonId
from nexync_contracts.message_commands import DeleteMessage
from nexync_streams.blocking import shows
from nexync_streams.fold import from_snapshot, snapshot

HOOK = HookId("30000000-0000-4000-8000-000000000000")
MAKE = MakeHook(hook=HOOK, digest="0" * 64, name="Build")
SAY = CreateMessage(body="red", voice=HOOK)


def test_it_speaks_for_who_made_it() -> None:
    """Its name is on the message, and who made it can take it back; nobody speaks by a webhook of the other one."""
    talk = Talk(bob=Role.ADMIN)
    assert isinstance(talk.do(BOB, MAKE), EventRecord)
    said = talk.do(BOB, SAY)
    named = talk.do(BOB, SAY.model_copy(update={"hook": "Nightly"}))
    assert isinstance(said, EventRecord)
    assert isinstance(named, EventRecord)
    assert (said.by, said.event) == (BOB, MessageCreated(body="red", hook="Build"))
    assert named.event == MessageCreated(body="red", hook="Nightly")
    assert (said.n, named.n) == (1, 2)
    assert talk.do(ANN, SAY) is RejectCode.NOT_A_MEMBER
    assert talk.do(PersonId(HOOK), CreateMessage(body="red")) is RejectCode.NOT_A_MEMBER
    file = AttachmentId("0e000000-0000-4000-8000-000000000000")
    for wrong in ({"body": ""}, {"files": (file,)}):
        assert talk.do(BOB, SAY.model_copy(update=wrong)) is RejectCode.INVALID
    assert isinstance(talk.do(BOB, DeleteMessage(target=said.seq, author=BOB)), EventRecord)
    assert from_snapshot(STREAM, snapshot(talk.body)) == talk.body


def test_either_of_the_two_revokes_it() -> None:
    talk = Talk(bob=Role.ADMIN)
    talk.do(BOB, MAKE)
    assert isinstance(talk.do(ANN, RevokeHook(hook=HOOK)), EventRecord)
    assert talk.do(BOB, SAY) is RejectCode.NOT_A_MEMBER
    assert talk.do(BOB, RevokeHook(hook=HOOK)) is RejectCode.ALREADY_SO


def test_the_two_have_so_many_together() -> None:
    talk = Talk(bob=Role.ADMIN)
    for number in range(limits.HOOKS):
        hook = HookId(f"30000000-0000-4000-8000-{number:012}")
        made = MAKE.model_copy(update={"hook": hook})
        assert isinstance(talk.do((ANN, BOB)[number % 2], made), EventRecord)
    one_more = MAKE.model_copy(update={"hook": HookId("40000000-0000-4000-8000-000000000000")})
    assert talk.do(ANN, one_more) is RejectCode.HOOKS_FULL


def test_nothing_is_left_once_they_are_connected_no_more() -> None:
    """Of neither; and where there was nothing, nothing happens. In a group there is no such end."""
    talk = Talk(bob=Role.ADMIN)
    assert talk.do(ANN, EndHooks()) is RejectCode.ALREADY_SO
    talk.do(BOB, MAKE)
    ended = talk.do(ANN, EndHooks())
    assert isinstance(ended, EventRecord)
    assert ended.event == HooksEnded()
    assert shows(ended, BOB)
    assert talk.body.settings.hooks == {}
    assert talk.do(BOB, SAY) is RejectCode.NOT_A_MEMBER
    group = Talk(ChatKind.GROUP, Role.ADMIN)
    group.do(ANN, MAKE)
    assert group.do(ANN, EndHooks()) is RejectCode.NOT_ALLOWED
    assert group.do(ANN, SAY) is RejectCode.NOT_A_MEMBER


class Model:
    """Who blocks, and whose the webhook is."""

    def __init__(self) -> None:
        self.blocks: set[PersonId] = set()
        self.maker: PersonId | None = None


STEPS = st.lists(st.tuples(st.sampled_from((ANN, BOB)), st.integers(0, 5)), max_size=30)


@given(steps=STEPS)
def test_what_a_program_says_is_hidden_just_as_what_its_maker_says(
    steps: list[tuple[PersonId, int]],
) -> None:
    """Blocks, webhooks and messages in any order: it never reaches who blocks its maker, and always its maker."""
    talk, model = Talk(bob=Role.ADMIN), Model()
    commands: tuple[Command, ...] = (
        MAKE,
        RevokeHook(hook=HOOK),
        EndHooks(),
        BlockPartner(),
        UnblockPartner(),
        SAY,
    )
    for sender, step in steps:
        done = talk.do(sender, commands[step])
        other = BOB if sender == ANN else ANN
        took = isinstance(done, EventRecord)
        if step == 5:
            assert took == (model.maker == sender)
            if isinstance(done, EventRecord):
                assert shows(done, sender)
                assert shows(done, other) == (other not in model.blocks)
        elif step == 0:
            assert took == (model.maker is None and not model.blocks)
            model.maker = sender if took else model.maker
        elif step in {1, 2}:
            assert took == (model.maker is not None)
            model.maker = None
        elif step == 3:
            model.blocks.add(sender)
        else:
            model.blocks.discard(sender)
        assert from_snapshot(STREAM, snapshot(talk.body)) == talk.body
