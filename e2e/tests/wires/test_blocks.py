"""Blocks in a private chat over the wires: what is sent looks sent, and reaches the other one by no way, ever."""

from collections.abc import Sequence

import pytest

from nexync_client import Rest
from nexync_contracts import (
    export_endpoints,
    message_endpoints,
    message_rest,
    profile_endpoints,
    receipt_endpoints,
    receipt_rest,
    rest,
    search_endpoints,
    search_rest,
)
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import ChatId, chat_stream
from nexync_e2e.client import Device, Person, Seen
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e


async def block(person: Person, other: Person, *, on: bool = True) -> None:
    endpoint = profile_endpoints.BLOCK if on else profile_endpoints.UNBLOCK
    await person.rest.call(endpoint, rest.PersonView, path={"person": other.id})


def texts(pieces: Sequence[Seen]) -> list[str]:
    return [piece.event.body for piece in pieces if isinstance(piece.event, MessageCreated)]


def numbers(pieces: Sequence[Seen]) -> list[int]:
    """Every number that was told or skipped."""
    return [seq for piece in pieces for seq in range(piece.first, piece.last + 1)]


async def found(person: Person, chat: ChatId) -> list[str]:
    page = await person.rest.call(
        search_endpoints.SEARCH, search_rest.SearchPage, query={"q": "plums", "chat": chat}
    )
    return sorted(hit.text for hit in page.hits)


async def shown(person: Person, chat: ChatId) -> list[str]:
    page = await person.timeline(chat)
    return [one.event.body for one in page.items if isinstance(one.event, MessageCreated)]


async def exported(client: Rest, chat: ChatId) -> str:
    answer = await client.raw(export_endpoints.EXPORT, path={"chat": chat})
    return answer.text


async def test_what_a_blocked_person_writes_never_arrives(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Live on two gateways, in history, timeline, list, search, export and receipts; also after a reload and later."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as anns,
        Device(bob, where.gateways[1:2], name="bob").running() as bobs,
    ):
        await bobs.send(chat, "plums before")
        await bobs.settled()
        await anns.caught_up(stream, 2)
        await block(ann, bob)
        # Within a second: the blocker is told on every device of theirs, the other one gets a skip.
        await anns.caught_up(stream, 3)
        await bobs.caught_up(stream, 3)
        during = await bobs.send(chat, "plums during")
        await bobs.edit(chat, 2, "plums reworded")
        await bobs.react(chat, 2, "👎")
        await bobs.settled()
        assert during.seq == 4
        await anns.send(chat, "plums of mine")
        await anns.settled()
        for device in (anns, bobs):
            await device.caught_up(stream, 7)
        assert anns.gateways_seen != bobs.gateways_seen
        view = await ann.chat(chat)
        assert (view.head, view.unread, view.n) == (7, 2, 2)
        await anns.mark(chat, read=7, delivered=7)

        await block(ann, bob, on=False)
        for device in (anns, bobs):
            await device.caught_up(stream, 8)
        await bobs.edit(chat, 4, "plums during, again")
        await bobs.send(chat, "plums after")
        await bobs.settled()
        for device in (anns, bobs):
            await device.caught_up(stream, 10)
            assert numbers(device.inboxes[stream].pieces) == list(range(1, 11))
        assert texts(anns.inboxes[stream].pieces) == [
            "plums before",
            "plums of mine",
            "plums after",
        ]
        await anns.mark(chat, read=10, delivered=10)
        said = ["plums before", "plums during", "plums of mine", "plums after"]
        assert texts(bobs.inboxes[stream].pieces) == said

        async def read() -> bool | None:
            seen = await bob.rest.call(
                receipt_endpoints.SEEN,
                receipt_rest.SeenView,
                path={"chat": chat},
                query={"target": 10},
            )
            return True if seen.seen == 1 else None

        await until(read, "Ann has read what came after", seconds=30)
        for target, seen_by in ((4, 0), (2, 1)):
            seen = await bob.rest.call(
                receipt_endpoints.SEEN,
                receipt_rest.SeenView,
                path={"chat": chat},
                query={"target": target},
            )
            assert (seen.seen, seen.delivered) == (seen_by, seen_by)

    # A device that knows nothing, and one that was away since the block began.
    for gateway in where.gateways[:2]:
        async with Device(ann, (gateway,), name="ann again").running() as again:
            await again.caught_up(stream, 10)
            assert texts(again.inboxes[stream].pieces) == [
                "plums before",
                "plums of mine",
                "plums after",
            ]
    history = await ann.history(chat)
    assert numbers(history.pieces) == list(range(1, 11))
    assert texts(history.pieces) == ["plums before", "plums of mine", "plums after"]
    assert await shown(ann, chat) == ["plums before", "plums of mine", "plums after"]
    assert await shown(bob, chat) == [
        "plums reworded",
        "plums during, again",
        "plums of mine",
        "plums after",
    ]

    async def stored() -> bool | None:
        return True if len(await found(bob, chat)) == 4 else None

    await until(stored, "all is found by who said it", seconds=60)
    assert await found(ann, chat) == ["plums after", "plums before", "plums of mine"]
    assert "during" not in await exported(ann.rest, chat)
    assert "during" in await exported(bob.rest, chat)
    with_version = await ann.rest.call(
        message_endpoints.VERSIONS,
        message_rest.VersionsView,
        path={"chat": chat},
        query={"target": 2},
    )
    assert [one.body for one in with_version.versions] == ["plums before"]


async def test_a_block_in_a_group_hides_nothing_on_the_server(
    where: Wires, ann: Person, bob: Person
) -> None:
    """There it is the blocker's page that covers what they say."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Lunch")
    await block(ann, bob)
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as anns,
        Device(bob, where.gateways[1:2], name="bob").running() as bobs,
    ):
        await bobs.send(chat, "soup?")
        await bobs.settled()
        await anns.caught_up(chat_stream(chat), 2)
        assert texts(anns.inboxes[chat_stream(chat)].pieces) == ["soup?"]
