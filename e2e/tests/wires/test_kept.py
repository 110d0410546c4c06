"""Answers that clients and the server keep: what holds is not sent again, what changed is seen at once."""

import httpx
import pytest

from nexync_contracts import (
    endpoints,
    group_endpoints,
    message_endpoints,
    profile_endpoints,
    profile_rest,
    rest,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import ChatId
from nexync_e2e.client import Device, Person
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def asked(
    person: Person,
    endpoint: Endpoint,
    path: dict[str, str] | None = None,
    query: dict[str, int | str] | None = None,
    tag: str | None = None,
) -> httpx.Response:
    headers = None if tag is None else {"If-None-Match": tag}
    return await person.rest.raw(endpoint, path=path, query=query, headers=headers)


async def test_what_still_holds_is_not_sent_again(ann: Person, bob: Person) -> None:
    """304 through the edge for everything that is revalidated, and the same answer without the tag."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Kept")
    asks: list[tuple[Endpoint, dict[str, str]]] = [
        (endpoints.CHATS, {}),
        (endpoints.CHAT, {"chat": chat}),
        (message_endpoints.TIMELINE, {"chat": chat}),
        (group_endpoints.MEMBERS, {"chat": chat}),
        (profile_endpoints.PROFILE, {"person": bob.id}),
        (endpoints.CONNECTIONS, {}),
    ]
    for endpoint, path in asks:
        first = await asked(ann, endpoint, path)
        tag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "private, no-cache"
        again = await asked(ann, endpoint, path, tag=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert _strong(again.headers["ETag"]) == _strong(tag)
        assert (await asked(ann, endpoint, path)).content == first.content
        assert "RateLimit" in again.headers


def _strong(tag: str) -> str:
    """The tag as svc-chat gave it: the edge marks that of a compressed answer as weak."""
    return tag.removeprefix("W/")


async def test_nobody_is_shown_what_was_before_their_own_change(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Each kind of change, and the very next answer of everything that is kept."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Changes")
    async with Device(ann, where.gateways[:1], name="ann").running() as device:
        for number in range(6):
            await device.send(chat, f"message {number}")
        await device.settled()
    assert await _text(ann, chat, 2) == "message 0"
    for number in range(5):
        body = message_endpoints.EDIT_MESSAGE.body
        assert body is not None
        await ann.rest.call(
            message_endpoints.EDIT_MESSAGE,
            rest.CommandDone,
            path={"chat": chat},
            body=body.model_validate({"target": 2, "body": f"edit {number}"}),
        )
        assert await _text(ann, chat, 2) == f"edit {number}"
        change = profile_rest.ProfileBody(name=f"Bob {number}")
        await bob.rest.call(profile_endpoints.SET_PROFILE, profile_rest.OwnProfile, body=change)
        for reader in (bob, ann):
            assert f"Bob {number}" in await _names(reader, chat)
        await ann.rest.raw(profile_endpoints.BLOCK, path={"person": bob.id})
        assert await _relations(ann) == []
        await ann.rest.raw(profile_endpoints.UNBLOCK, path={"person": bob.id})
        await ann.ask(bob.id)
        assert await _relations(ann) == ["asked"]
        assert await _relations(bob) == ["asking"]
        await bob.accept(ann.id)
        for reader in (ann, bob):
            assert await _relations(reader) == ["connected"]
    await ann.remove_member(chat, bob.id)
    assert await _names(ann, chat) == [ann.username]
    assert (await asked(bob, group_endpoints.MEMBERS, {"chat": chat})).status_code == 404


async def _text(person: Person, chat: ChatId, seq: int) -> str:
    page = await person.rest.call(
        message_endpoints.TIMELINE,
        rest.TimelinePage,
        path={"chat": chat},
        query={"before": seq + 1, "limit": 1},
    )
    event = page.items[0].event
    assert isinstance(event, MessageCreated)
    return event.body


async def _names(person: Person, chat: ChatId) -> list[str]:
    answer = await asked(person, group_endpoints.MEMBERS, {"chat": chat})
    return [member["name"] for member in answer.json()["members"]]


async def _relations(person: Person) -> list[str]:
    page = await person.rest.call(endpoints.CONNECTIONS, rest.PeoplePage)
    return [one.relation for one in page.people]
