"""Who may do what with a group: every action by everybody, over REST and on the socket, as one table."""

import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
import pytest_asyncio
from pydantic import BaseModel

from nexync_client import Rest
from nexync_contracts import (
    endpoints,
    group_endpoints,
    group_rest,
    own_endpoints,
    own_rest,
    people_endpoints,
    rest,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.events import ChatKind, History, Role
from nexync_contracts.ids import ChatId, InviteId, chat_stream
from nexync_e2e.device import Device
from nexync_e2e.person import Person, befriend, sign_up
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


class Who(StrEnum):
    """Everybody's relation to the group and to its admin."""

    STRANGER = "stranger"
    CONNECTED = "connected"
    """Connected with the admin, not in the group."""
    MEMBER = "member"
    ADMIN = "admin"
    REMOVED = "removed"
    LOGGED_OUT = "logged out"


@dataclass(frozen=True, slots=True)
class Scene:
    """The group, the people by what they are, and somebody who may be added or removed."""

    chat: ChatId
    people: Mapping[Who, Person]
    other: Person
    link: group_rest.InviteBody

    def rest_of(self, who: Who) -> Rest:
        return self.people[who].rest


NOT_FOUND, NO_LOGIN, REFUSED, OK = 404, 401, 409, 200
READ = {
    Who.STRANGER: NOT_FOUND,
    Who.CONNECTED: NOT_FOUND,
    Who.MEMBER: OK,
    Who.ADMIN: OK,
    Who.REMOVED: OK,
    Who.LOGGED_OUT: NO_LOGIN,
}
"""Former members read what they saw."""
INSIDE = READ | {Who.REMOVED: NOT_FOUND}
ADMINS = READ | {Who.MEMBER: REFUSED, Who.REMOVED: REFUSED}
ADMINS_READ = INSIDE | {Who.MEMBER: REFUSED}
EVERYBODY = dict.fromkeys(Who, OK) | {Who.LOGGED_OUT: NO_LOGIN}

Body = Callable[[Scene], BaseModel | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One action: what is asked, and the answer for each."""

    endpoint: Endpoint
    answers: Mapping[Who, int]
    body: Body = lambda scene: None
    path: Callable[[Scene], dict[str, str]] = lambda scene: {}
    query: Mapping[str, int] = field(default_factory=dict[str, int])


def of_other(scene: Scene) -> dict[str, str]:
    return {"person": scene.other.id}


def new_link(scene: Scene) -> BaseModel:
    del scene
    return group_rest.MakeInviteBody(secret=secrets.token_hex(16), uses=1)


# In this order: each row finds the group as the one before left it, and only the admin changes it.
ROWS = (
    Row(endpoints.CHAT, READ),
    Row(endpoints.TIMELINE, READ),
    Row(endpoints.EVENTS, READ),
    Row(endpoints.READ_MARK, READ, lambda scene: rest.ReadMarkBody(seq=1)),
    Row(own_endpoints.OWN_CHAT, READ),
    Row(own_endpoints.CHANGE_OWN_CHAT, READ, lambda scene: own_rest.OwnChatBody(pinned=True)),
    Row(
        own_endpoints.KEEP_DRAFT,
        READ,
        lambda scene: own_rest.DraftBody(text="soon", began=1, at=1),
    ),
    Row(own_endpoints.END_DRAFT, READ, query={"began": 1}),
    Row(group_endpoints.MEMBERS, INSIDE),
    Row(group_endpoints.INVITES, ADMINS_READ),
    Row(group_endpoints.SET_TAGLINE, ADMINS, lambda scene: group_rest.TaglineBody(tagline="x")),
    Row(
        group_endpoints.SET_HISTORY,
        ADMINS,
        lambda scene: group_rest.HistoryBody(history=History.ALL),
    ),
    Row(
        group_endpoints.SET_ROLE,
        ADMINS,
        lambda scene: group_rest.RoleBody(role=Role.ADMIN),
        of_other,
    ),
    Row(group_endpoints.MAKE_INVITE, ADMINS | {Who.ADMIN: 201}, new_link),
    Row(endpoints.REMOVE_MEMBER, ADMINS, path=of_other),
    Row(endpoints.ADD_MEMBER, ADMINS, lambda scene: rest.AddMemberBody(person=scene.other.id)),
    Row(
        group_endpoints.PREVIEW_INVITE,
        EVERYBODY,
        lambda scene: scene.link,
    ),
    Row(
        group_endpoints.PREVIEW_INVITE,
        dict.fromkeys(Who, REFUSED) | {Who.LOGGED_OUT: NO_LOGIN},
        lambda scene: scene.link.model_copy(update={"secret": "0" * 32}),
    ),
    Row(
        group_endpoints.JOIN,
        dict.fromkeys(Who, REFUSED) | {Who.LOGGED_OUT: NO_LOGIN},
        lambda scene: scene.link.model_copy(update={"secret": "0" * 32}),
    ),
    Row(people_endpoints.SUGGESTIONS, EVERYBODY),
    Row(
        group_endpoints.REVOKE_INVITE,
        ADMINS,
        path=lambda scene: {"invite": scene.link.invite},
    ),
    Row(group_endpoints.DISMISS, ADMINS),
)


@pytest_asyncio.fixture
async def scene(where: Wires) -> AsyncGenerator[Scene]:
    """One group with everybody around it."""
    names = ["admin", "member", "removed", "connected", "stranger", "out", "other"]
    people = [await sign_up(where.page, where.mail, prefix=name) for name in names]
    admin, member, removed, connected, stranger, out, other = people
    for friend in (member, removed, connected, out, other):
        await befriend(admin, friend)
    # So that it is the role that keeps them from adding somebody.
    for friend in (member, removed, connected):
        await befriend(friend, other)
    inside = (member.id, removed.id, out.id, other.id)
    chat = await admin.create_chat(ChatKind.GROUP, inside, "Matrix")
    await admin.remove_member(chat, removed.id)
    secret = secrets.token_hex(16)
    made = await admin.rest.call(
        group_endpoints.MAKE_INVITE,
        group_rest.InviteDone,
        path={"chat": chat},
        body=group_rest.MakeInviteBody(secret=secret),
    )
    await out.log_out()
    yield Scene(
        chat,
        {
            Who.ADMIN: admin,
            Who.MEMBER: member,
            Who.REMOVED: removed,
            Who.CONNECTED: connected,
            Who.STRANGER: stranger,
            Who.LOGGED_OUT: out,
        },
        other,
        group_rest.InviteBody(invite=InviteId(made.invite), secret=secret),
    )
    for person in people:
        await person.close()


async def test_every_action_by_everybody_over_rest(scene: Scene) -> None:
    """The admin acts last in each row, so that nobody's answer depends on another's."""
    wrong: list[str] = []
    for row in ROWS:
        for who in sorted(row.answers, key=lambda one: one is Who.ADMIN):
            body = row.body(scene)
            answer = await scene.rest_of(who).raw(
                row.endpoint,
                path={"chat": scene.chat, **row.path(scene)},
                query=dict(row.query),
                json=None if body is None else body.model_dump(mode="json", exclude_none=True),
            )
            if answer.status_code != row.answers[who]:
                wrong.append(f"{row.endpoint.name} by {who}: {answer.status_code} {answer.text}")
    assert wrong == []


@pytest.mark.parametrize("gateway", [0, 1])
async def test_who_may_send_on_the_socket(where: Wires, scene: Scene, gateway: int) -> None:
    """In a group of its own, because the table ends the other one. Logged out there is no socket at all."""
    admin, member = scene.people[Who.ADMIN], scene.people[Who.MEMBER]
    removed = scene.people[Who.REMOVED]
    chat = await admin.create_chat(ChatKind.GROUP, (member.id, removed.id), "Socket")
    await admin.remove_member(chat, removed.id)
    sent: dict[Who, str | None] = {}
    for who in (Who.ADMIN, Who.MEMBER, Who.REMOVED, Who.CONNECTED, Who.STRANGER):
        person = scene.people[who]
        urls = where.gateways[gateway : gateway + 1]
        async with Device(person, urls, name=str(who)).running() as device:
            sending = await device.send(chat, f"by {who}")
            await device.settled()
            sent[who] = sending.code
            heard = device.inboxes.get(chat_stream(chat))
            assert (heard is None) is (who in {Who.CONNECTED, Who.STRANGER, Who.REMOVED})
    assert sent == {
        Who.ADMIN: None,
        Who.MEMBER: None,
        Who.REMOVED: "not_a_member",
        Who.CONNECTED: "not_a_member",
        Who.STRANGER: "not_a_member",
    }
