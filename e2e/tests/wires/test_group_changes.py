"""Changes of a group over the wires, with two gateways: roles, history, invite links, the end of a group."""

import secrets
import time

import pytest

from nexync_client import RefusedError
from nexync_contracts import group_endpoints, group_rest
from nexync_contracts.errors import ProblemCode, RejectCode
from nexync_contracts.events import ChatKind, History, MessageCreated, Role
from nexync_contracts.ids import ChatId, chat_stream
from nexync_contracts.rest import CommandDone
from nexync_e2e.device import Device
from nexync_e2e.person import Person, befriend
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e

CUT_SECONDS = 1.0


async def set_role(admin: Person, chat: ChatId, person: Person, role: Role) -> int:
    done = await admin.rest.call(
        group_endpoints.SET_ROLE,
        CommandDone,
        path={"chat": chat, "person": person.id},
        body=group_rest.RoleBody(role=role),
    )
    return done.seq


async def make_invite(
    admin: Person, chat: ChatId, *, seconds: int | None = None, uses: int | None = None
) -> group_rest.InviteBody:
    secret = secrets.token_hex(16)
    done = await admin.rest.call(
        group_endpoints.MAKE_INVITE,
        group_rest.InviteDone,
        path={"chat": chat},
        body=group_rest.MakeInviteBody(secret=secret, seconds=seconds, uses=uses),
    )
    return group_rest.InviteBody(invite=done.invite, secret=secret)


async def join(person: Person, chat: ChatId, link: group_rest.InviteBody) -> int:
    done = await person.rest.call(group_endpoints.JOIN, CommandDone, path={"chat": chat}, body=link)
    return done.seq


async def test_admins_are_made_and_the_last_one_hands_over(
    ann: Person, bob: Person, cid: Person
) -> None:
    """Roles hold at once, also for the next request; a group is never without an admin."""
    await befriend(ann, cid)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Roles")
    await ann.add_member(chat, cid.id)
    with pytest.raises(RefusedError) as alone:
        await set_role(ann, chat, ann, Role.MEMBER)
    assert alone.value.problem is not None
    assert alone.value.problem.reject is RejectCode.LAST_ADMIN
    await set_role(ann, chat, bob, Role.ADMIN)
    await set_role(bob, chat, ann, Role.MEMBER)
    with pytest.raises(RefusedError):
        await ann.remove_member(chat, cid.id)
    await bob.remove_member(chat, bob.id)
    members = await ann.rest.call(
        group_endpoints.MEMBERS, group_rest.MembersPage, path={"chat": chat}
    )
    assert [(one.person, one.role) for one in members.members] == [
        (ann.id, Role.ADMIN),
        (cid.id, Role.MEMBER),
    ]
    assert (await ann.chat(chat)).role is Role.ADMIN
    with pytest.raises(RefusedError) as former:
        await bob.rest.call(group_endpoints.MEMBERS, group_rest.MembersPage, path={"chat": chat})
    assert former.value.code is ProblemCode.NOT_FOUND


async def test_history_is_for_those_who_join_by_the_groups_setting(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """Live, over REST and on another gateway the same: everything, without a skip."""
    await befriend(ann, cid)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "History")
    stream = chat_stream(chat)
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as one,
        Device(cid, where.gateways[1:], name="cid").running() as three,
    ):
        for number in range(5):
            await one.send(chat, f"m{number}")
        await one.settled()
        await ann.rest.call(
            group_endpoints.SET_HISTORY,
            CommandDone,
            path={"chat": chat},
            body=group_rest.HistoryBody(history=History.ALL),
        )
        joined = await ann.add_member(chat, cid.id)
        await one.send(chat, "welcome")
        await one.settled()
        await three.caught_up(stream, joined + 1)
        history = await cid.history(chat)
        assert [piece.first for piece in history.pieces] == list(range(1, joined + 2))
        assert all(piece.id for piece in history.pieces)
        events = [piece.event for piece in three.inboxes[stream].pieces]
        assert events == [piece.event for piece in history.pieces]
        assert sum(isinstance(event, MessageCreated) for event in events) == 6
        assert (await cid.chat(chat)).unread == 1


@pytest.mark.parametrize("gateway", [0, 1])
async def test_a_removed_members_sockets_get_nothing_a_second_later(
    where: Wires, ann: Person, bob: Person, gateway: int
) -> None:
    """On the sender's gateway and on the other one."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Cut")
    stream = chat_stream(chat)
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as one,
        Device(bob, where.gateways[gateway : gateway + 1], name="bob").running() as two,
    ):
        await two.caught_up(stream, 1)
        began = time.monotonic()
        removed = await ann.remove_member(chat, bob.id)
        await until_true(
            lambda: two.inboxes[stream].gone_at == removed, "bob is told", seconds=CUT_SECONDS
        )
        assert time.monotonic() - began < CUT_SECONDS + 1.0
        for number in range(20):
            await one.send(chat, f"secret {number}")
        await one.settled()
        await one.caught_up(stream, removed + 20)
        assert two.inboxes[stream].head == removed
        assert (await bob.history(chat)).head == removed


async def test_a_link_lets_in_until_it_is_used_up_or_revoked(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """Without a connection to anybody there; the joined one's device gets the group live."""
    chat = await ann.create_chat(ChatKind.GROUP, (), "Open house")
    stream = chat_stream(chat)
    link = await make_invite(ann, chat, seconds=3600, uses=1)
    shown = await cid.rest.call(
        group_endpoints.PREVIEW_INVITE,
        group_rest.InvitePreview,
        path={"chat": chat},
        body=link,
    )
    assert (shown.name, shown.member_count, shown.member) == ("Open house", 1, False)
    async with Device(cid, where.gateways[1:], name="cid").running() as three:
        joined = await join(cid, chat, link)
        await three.caught_up(stream, joined)
    for person, over in ((bob, link), (cid, link)):
        with pytest.raises(RefusedError) as spent:
            await join(person, chat, over)
        assert spent.value.problem is not None
        assert spent.value.problem.reject is RejectCode.INVITE_OVER
    second = await make_invite(ann, chat)
    with pytest.raises(RefusedError):
        await make_invite(cid, chat)
    wrong = second.model_copy(update={"secret": "0" * 32})
    with pytest.raises(RefusedError) as guessed:
        await join(bob, chat, wrong)
    assert guessed.value.problem is not None
    assert guessed.value.problem.reject is RejectCode.INVITE_OVER
    await ann.rest.call(
        group_endpoints.REVOKE_INVITE,
        CommandDone,
        path={"chat": chat, "invite": second.invite},
    )
    with pytest.raises(RefusedError):
        await join(bob, chat, second)


async def test_a_dismissed_group_is_read_only(where: Wires, ann: Person, bob: Person) -> None:
    """Its members read what was said and may leave; nobody says anything more."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Over")
    async with Device(bob, where.gateways[:1], name="bob").running() as two:
        await two.caught_up(chat_stream(chat), 1)
        done = await ann.rest.call(group_endpoints.DISMISS, CommandDone, path={"chat": chat})
        await two.caught_up(chat_stream(chat), done.seq)
        late = await two.send(chat, "too late")
        await two.settled()
    assert late.code == RejectCode.DISMISSED
    assert (await bob.chat(chat)).dismissed
    assert (await bob.history(chat)).head == done.seq
    assert await bob.remove_member(chat, bob.id) == done.seq + 1
