"""Messages that are there: who may edit, delete and react, over socket and REST; and what all see then."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from nexync_contracts import message_endpoints
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import ChatId, chat_stream
from nexync_contracts.message_rest import (
    DeleteMessageBody,
    EditMessageBody,
    MessageState,
    ReactBody,
    VersionsView,
)
from nexync_contracts.rest import CommandDone
from nexync_e2e.client import Device, Person, RefusedError, befriend, sign_up
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e

ROLES = ("stranger", "removed", "member", "author", "admin")
ALLOWED = {
    "edit": {"author"},
    "delete": {"author", "admin"},
    "react": {"author", "admin", "member"},
}


@dataclass(frozen=True)
class Team:
    """A group with everybody in it who can be somebody to a message."""

    chat: ChatId
    people: dict[str, Person]

    async def message(self, where: Wires) -> int:
        """A new message of the author's. Its seq."""
        author = self.people["author"]
        async with Device(author, where.gateways[:1], name="author").running() as device:
            sending = await device.send(self.chat, "first")
            await device.settled()
        assert sending.seq is not None
        return sending.seq


@pytest_asyncio.fixture
async def team(where: Wires, ann: Person, bob: Person, cid: Person) -> AsyncGenerator[Team]:
    """Ann is the admin, Bob the author, Cid a member; one was removed, one was never in."""
    removed = await sign_up(where.page, where.mail, prefix="rem")
    stranger = await sign_up(where.page, where.mail, prefix="str")
    for person in (cid, removed):
        await befriend(ann, person)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id, cid.id, removed.id), "Team")
    people = {"admin": ann, "author": bob, "member": cid, "removed": removed, "stranger": stranger}
    yield Team(chat, people)
    await removed.close()
    await stranger.close()


async def over_socket(device: Device, action: str, chat: ChatId, target: int) -> str:
    """The outcome: `done` or the code."""
    if action == "edit":
        sending = await device.edit(chat, target, "second")
    elif action == "delete":
        sending = await device.delete(chat, target)
    else:
        sending = await device.react(chat, target, "👍")
    await device.settled()
    return sending.code or "done"


async def over_rest(person: Person, action: str, chat: ChatId, target: int) -> str:
    """The same over REST: strangers find nothing."""
    endpoint, body = {
        "edit": (message_endpoints.EDIT_MESSAGE, EditMessageBody(target=target, body="second")),
        "delete": (message_endpoints.DELETE_MESSAGE, DeleteMessageBody(target=target)),
        "react": (message_endpoints.REACT, ReactBody(target=target, emoji="👍")),
    }[action]
    try:
        await person.rest.call(endpoint, CommandDone, path={"chat": chat}, body=body)
    except RefusedError as error:
        problem = error.problem
        return (problem.reject or problem.code) if problem else f"status {error.status}"
    return "done"


def expected(action: str, role: str, wire: str) -> str:
    if role in ALLOWED[action]:
        return "done"
    if role == "stranger":
        return "not_a_member" if wire == "socket" else "not_found"
    return "not_a_member" if role == "removed" else "not_allowed"


@pytest.mark.parametrize("wire", ["socket", "rest"])
async def test_who_may_do_what(where: Wires, team: Team, wire: str) -> None:
    """Every action by everybody. The removed one saw the message: knowing it gives no right."""
    targets = {(a, r): await team.message(where) for a in ALLOWED for r in ROLES}
    await team.people["admin"].remove_member(team.chat, team.people["removed"].id)
    got: dict[tuple[str, str], str] = {}
    for role, person in team.people.items():
        async with Device(person, where.gateways[:1], name=role).running() as device:
            for action in ALLOWED:
                target = targets[action, role]
                if wire == "socket":
                    got[action, role] = await over_socket(device, action, team.chat, target)
                else:
                    got[action, role] = await over_rest(person, action, team.chat, target)
    assert got == {(a, r): expected(a, r, wire) for a in ALLOWED for r in ROLES}


async def test_everybody_sees_the_same_message(where: Wires, team: Team) -> None:
    """Live on both gateways, on the timeline at once, and after the flush; a deleted text is nowhere."""
    target, other = await team.message(where), await team.message(where)
    author, member = team.people["author"], team.people["member"]
    stream = chat_stream(team.chat)
    async with (
        Device(author, where.gateways[:1], name="author").running() as one,
        Device(member, where.gateways[1:], name="member").running() as two,
    ):
        await one.edit(team.chat, target, "second")
        await one.edit(team.chat, target, "third")
        await one.react(team.chat, target, "🎉")
        await one.settled()
        await two.react(team.chat, target, "👍")
        await two.react(team.chat, target, "🎉")
        await two.settled()
        await one.react(team.chat, target, "🎉", on=False)
        last = await one.delete(team.chat, other)
        await one.settled()
        assert last.seq is not None
        await two.caught_up(stream, last.seq)
        assert two.inboxes[stream].pieces[-1].id == last.frame.id
    for person in (author, member, team.people["admin"]):
        page = await person.timeline(team.chat, at_least=last.seq)
        bodies = {i.seq: i.event.body for i in page.items if isinstance(i.event, MessageCreated)}
        assert (bodies[target], bodies[other]) == ("third", "")
        states = {state.seq: state for state in page.states}
        reactions = [(r.emoji, r.people) for r in states[target].reactions]
        assert reactions == [("👍", (member.id,)), ("🎉", (member.id,))]
        assert states[other] == MessageState(seq=other, deleted=True, deleted_by=author.id)
    versions = await member.rest.call(
        message_endpoints.VERSIONS, VersionsView, path={"chat": team.chat}, query={"target": target}
    )
    assert [one.body for one in versions.versions] == ["first", "second", "third"]


async def test_a_message_that_is_not_there(where: Wires, team: Team) -> None:
    """Before one's join, not there, or no message: one and the same answer."""
    target = await team.message(where)
    newcomer = team.people["stranger"]
    await befriend(team.people["admin"], newcomer)
    joined = await team.people["admin"].add_member(team.chat, newcomer.id)
    async with Device(newcomer, where.gateways[:1], name="new").running() as device:
        await device.caught_up(chat_stream(team.chat), joined)
        for seq in (1, target, joined, joined + 1000):
            assert await over_socket(device, "react", team.chat, seq) == "no_such_message"
            assert await over_rest(newcomer, "react", team.chat, seq) == "no_such_message"


async def test_a_change_sent_again_has_the_same_outcome(where: Wires, team: Team) -> None:
    """The same key twice is one event."""
    target = await team.message(where)
    author = team.people["author"]
    body = EditMessageBody(target=target, body="once")
    key = "00000000-0000-4000-8000-0000000000aa"
    seqs = [
        (
            await author.rest.call(
                message_endpoints.EDIT_MESSAGE,
                CommandDone,
                path={"chat": team.chat},
                body=body,
                key=key,
            )
        ).seq
        for _ in range(2)
    ]
    assert seqs[0] == seqs[1]
