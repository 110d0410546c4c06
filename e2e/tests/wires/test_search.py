"""Search over the wires: in one's own chats, what one may see, by the texts of now; nothing after one left."""

import pytest

from nexync_contracts import search_rest
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId
from nexync_contracts.search_endpoints import SEARCH
from nexync_e2e.client import Device, Person, RefusedError, befriend
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e


async def found(person: Person, text: str, **query: str) -> list[str]:
    """The texts that a search shows."""
    page = await person.rest.call(SEARCH, search_rest.SearchPage, query={"q": text, **query})
    return [hit.text for hit in page.hits]


async def sooner_or_later(person: Person, text: str, texts: list[str]) -> None:
    """Wait until Postgres has what was said and the search finds exactly this."""

    async def probe() -> bool | None:
        return True if await found(person, text) == texts else None

    await until(probe, f"{texts} for {text!r}")


async def refused(person: Person, text: str, chat: ChatId) -> ProblemCode | None:
    with pytest.raises(RefusedError) as error:
        await found(person, text, chat=chat)
    return error.value.code


async def test_one_finds_what_one_may_see(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """From the join on, until one leaves; an edit and a deletion act at once, a new text within seconds."""
    await befriend(ann, cid)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Harbour")
    async with Device(ann, where.gateways[:1], name="ann").running() as device:
        await device.send(chat, "the lighthouse before")
        await device.settled()
        await ann.add_member(chat, cid.id)
        first = await device.send(chat, "the lighthouse during")
        second = await device.send(chat, "the LIGHTHOUSES")
        await device.settled()
        assert first.seq is not None
        assert second.seq is not None
        before, during, parts = "the lighthouse before", "the lighthouse during", "the LIGHTHOUSES"
        await sooner_or_later(bob, "lighthouse", [during, before, parts])
        await sooner_or_later(cid, "lighthouse", [during, parts])
        assert await found(cid, f"lighthouse from:{bob.username}") == []
        assert await found(cid, "lighthouse before:2020-01-01") == []
        assert await found(cid, "lighthouse", chat=chat) == [during, parts]

        await device.edit(chat, first.seq, "the harbour")
        await device.delete(chat, second.seq)
        await device.settled()
        assert await found(cid, "lighthouse") == []
        await sooner_or_later(cid, "harbour", ["the harbour"])

        await ann.remove_member(chat, cid.id)
    assert await found(cid, "harbour") == []
    assert await refused(cid, "harbour", chat) is ProblemCode.NOT_FOUND
    assert await refused(bob, "from:", chat) is ProblemCode.VALIDATION
