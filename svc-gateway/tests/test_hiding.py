"""Events for their author alone: everybody else gets a skip, live, after a hole, and on resume."""

import pytest
from gateway_ids import some_id
from gateway_world import Running, settle
from test_changing import ask, commands

from nexync_contracts.events import ChatBlocked, MessageCreated
from nexync_contracts.ids import PersonId, chat_stream

ANA, BEN = PersonId(some_id()), PersonId(some_id())
HIDDEN = MessageCreated(body="psst", hidden=True)


def skips(frames: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(frame["from"], frame["to"]) for frame in frames if frame["t"] == "skip"]


async def test_only_the_author_s_devices_get_it() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        stream = chat_stream(chat)
        anas, bens = [await world.resumed(ANA), await world.resumed(ANA)], await world.resumed(BEN)
        world.add(stream, ChatBlocked(), BEN)
        world.add(stream, HIDDEN, ANA)
        world.message(chat, BEN)
        await settle()
        for client in anas:
            assert client.seqs(stream) == [3, 4]
            assert skips(client.all_frames()) == [(2, 2)]
        assert bens.seqs(stream) == [2, 4]
        assert skips(bens.all_frames()) == [(3, 3)]


async def test_a_hole_with_it_is_closed_by_a_skip() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        stream = chat_stream(chat)
        bens = await world.resumed(BEN)
        world.add(stream, HIDDEN, ANA, publish=False)
        world.message(chat, ANA)
        await settle()
        assert bens.seqs(stream) == [3]
        assert skips(bens.all_frames()) == [(2, 2)]


@pytest.mark.parametrize("window", [True, False], ids=["window", "svc-chat"])
async def test_resume_skips_it(window: bool) -> None:
    """Several in a row are one skip; the author gets them."""
    async with Running() as world:
        chat = world.chat(ANA, BEN, seq=2)
        stream = chat_stream(chat)
        if not window:
            world.windows_from[stream] = 99
        for _ in range(3):
            world.add(stream, HIDDEN, ANA, publish=False)
        world.message(chat, ANA, publish=False)
        world.add(stream, HIDDEN, ANA, publish=False)
        bens = await world.resumed(BEN, {stream: (1, 1)})
        assert bens.seqs(stream) == [2, 6]
        assert skips(bens.all_frames()) == [(3, 5), (7, 7)]
        anas = await world.resumed(ANA, {stream: (1, 1)})
        assert anas.seqs(stream) == [2, 3, 4, 5, 6, 7]


async def test_a_resume_from_what_went_out_lately_skips_it() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        stream = chat_stream(chat)
        await world.resumed(ANA)
        world.add(stream, HIDDEN, ANA)
        await settle()
        bens = await world.resumed(BEN, {stream: (1, 1)})
        assert bens.seqs(stream) == []
        assert skips(bens.all_frames()) == [(2, 2)]


async def test_nobody_else_can_react_to_it() -> None:
    """To them it has no author, as if it weren't there."""
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        stream = chat_stream(chat)
        target = world.add(stream, HIDDEN, ANA).seq
        for who, author in ((BEN, None), (ANA, ANA)):
            client = await world.resumed(who)
            ask(client, world, "react", chat, target)
            await settle()
            assert commands(world)[-1].get("author") == author
