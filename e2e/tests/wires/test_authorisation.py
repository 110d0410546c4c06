"""Who may do what: every action by everybody, over REST and on the socket."""

import json
import secrets
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from pydantic import BaseModel
from rights import ASKING_FRAMES, ROWS
from rights_scene import Row, Scene, Who

from nexync_contracts import group_endpoints, group_rest, profile_endpoints, rest
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, InviteId, chat_stream
from nexync_e2e.device import Device
from nexync_e2e.person import befriend, sign_up
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


@pytest_asyncio.fixture
async def scene(where: Wires) -> AsyncGenerator[Scene]:
    """One group with everybody around it."""
    names = ["admin", "member", "removed", "connected", "stranger", "blocked", "out", "other"]
    people = [await sign_up(where.page, where.mail, prefix=name) for name in names]
    admin, member, removed, connected, stranger, blocked, out, other = people
    for friend in (member, removed, connected, blocked, out, other):
        await befriend(admin, friend)
    # So that it is the role that keeps them from adding somebody.
    for friend in (member, removed, connected):
        await befriend(friend, other)
    inside = (member.id, removed.id, out.id, other.id)
    chat = await admin.create_chat(ChatKind.GROUP, inside, "Matrix")
    talk = await admin.create_chat(ChatKind.PRIVATE, (member.id,))
    async with Device(admin, where.gateways[:1], name="admin").running() as device:
        sending = await device.send(chat, "said")
        await device.settled()
    assert sending.seq is not None
    await admin.remove_member(chat, removed.id)
    secret = secrets.token_hex(16)
    made = await admin.rest.call(
        group_endpoints.MAKE_INVITE,
        group_rest.InviteDone,
        path={"chat": chat},
        body=group_rest.MakeInviteBody(secret=secret),
    )
    await admin.rest.call(profile_endpoints.BLOCK, rest.PersonView, path={"person": blocked.id})
    await out.log_out()
    yield Scene(
        chat,
        {
            Who.ADMIN: admin,
            Who.MEMBER: member,
            Who.REMOVED: removed,
            Who.CONNECTED: connected,
            Who.STRANGER: stranger,
            Who.BLOCKED: blocked,
            Who.LOGGED_OUT: out,
        },
        other,
        group_rest.InviteBody(invite=InviteId(made.invite), secret=secret),
        sending.seq,
        talk,
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
                query=row.query(scene),
                json=_json(row, body),
            )
            if answer.status_code != row.answers[who]:
                wrong.append(f"{row.endpoint.name} by {who}: {answer.status_code} {answer.text}")
    assert not wrong, "\n".join(wrong)


def _json(row: Row, body: BaseModel | None) -> object:
    if body is not None:
        return body.model_dump(mode="json", exclude_none=True)
    return None if row.endpoint.body is None else []


@pytest.mark.parametrize("gateway", [0, 1])
async def test_every_frame_by_everybody(where: Wires, scene: Scene, gateway: int) -> None:
    """In a group of its own, because the table ends the other one. Logged out there is no socket at all."""
    member, removed = scene.people[Who.MEMBER], scene.people[Who.REMOVED]
    chat = await scene.admin.create_chat(ChatKind.GROUP, (member.id, removed.id), "Socket")
    urls = where.gateways[gateway : gateway + 1]
    async with Device(scene.admin, urls, name="said").running() as device:
        said = await device.send(chat, "said")
        await device.settled()
    ended = await scene.admin.remove_member(chat, removed.id)
    assert said.seq is not None
    outcomes: dict[str, dict[Who, str | None]] = {tag: {} for tag in ASKING_FRAMES}
    for who in sorted(set(Who) - {Who.LOGGED_OUT}, key=lambda one: one is Who.ADMIN):
        async with Device(scene.people[who], urls, name=str(who)).running() as device:
            for frame in _reading(chat):
                await device.write_raw(json.dumps(frame))
            sent = {
                "send": await device.send(chat, f"by {who}"),
                "react": await device.react(chat, said.seq, "👍"),
                "edit": await device.edit(chat, said.seq, f"by {who}"),
                "delete": await device.delete(chat, said.seq),
            }
            await device.settled()
            heard = device.inboxes.get(chat_stream(chat))
        for tag, sending in sent.items():
            outcomes[tag][who] = sending.code
        if who in {Who.MEMBER, Who.ADMIN}:
            assert heard is not None
            assert heard.head > ended
        elif who is Who.REMOVED:
            assert heard is None or heard.head == ended
        else:
            assert heard is None or (heard.head, heard.pieces) == (0, []), who
    wanted = {
        tag: {who: code for who, code in row.items() if who is not Who.LOGGED_OUT}
        for tag, row in ASKING_FRAMES.items()
    }
    assert outcomes == wanted
    assert not scene.people[Who.LOGGED_OUT].rest.access_token


def _reading(chat: ChatId) -> list[dict[str, object]]:
    stream = chat_stream(chat)
    return [
        {"t": "repair", "stream": stream, "after": 0},
        {"t": "check", "heads": {stream: [1, 0]}},
        {"t": "look", "chat": chat},
        {"t": "typing", "chat": chat},
        {"t": "mark", "marks": [{"chat": chat, "read": 1, "delivered": 1}]},
    ]
