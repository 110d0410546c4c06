"""Who types is told to those who look at the chat, and to nobody else: a whole gateway over fakes."""

from typing import Any

from gateway_client import Client
from gateway_ids import some_id
from gateway_world import Running, settle

from nexync_contracts.channels import KIND_OWN, KIND_TYPING, encode_published, stream_channel
from nexync_contracts.frames import OwnChatFrame
from nexync_contracts.ids import PersonId, chat_stream, person_stream
from svc_gateway.looking import EVERY_SECONDS, UNDER_WAY

ANA, BEN, CID = PersonId(some_id()), PersonId(some_id()), PersonId(some_id())


def typists(client: Client) -> list[tuple[Any, Any]]:
    """What the client was told since it was asked last."""
    return [(one["chat"], one["by"]) for one in client.new_frames() if one["t"] == "typist"]


async def test_who_looks_is_told_and_nobody_else() -> None:
    async with Running() as world:
        chat, other = world.chat(ANA, BEN, CID), world.chat(ANA, BEN)
        ana, again = await world.resumed(ANA), await world.resumed(ANA)
        ben, away, cid = (
            await world.resumed(BEN),
            await world.resumed(BEN),
            await world.resumed(CID),
        )
        for client in (ana, again, ben):
            client.say(t="look", chat=chat)
        away.say(t="look", chat=other)
        ana.say(t="typing", chat=chat)
        await settle()
        assert typists(ben) == [(chat, ANA)]
        assert [typists(one) for one in (ana, again, away, cid)] == [[], [], [], []]
        ben.say(t="look", chat=None)
        world.now += EVERY_SECONDS
        ana.say(t="typing", chat=chat)
        await settle()
        assert typists(ben) == []
        assert world.counts.typing == 2


async def test_a_socket_is_passed_on_once_in_a_while() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        ben.say(t="look", chat=chat)
        for _ in range(20):
            ana.say(t="typing", chat=chat)
        await settle()
        assert len(typists(ben)) == 1
        world.now += EVERY_SECONDS
        ana.say(t="typing", chat=chat)
        await settle()
        assert len(typists(ben)) == 1


async def test_neither_strangers_nor_former_members_type_or_are_told() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana, ben, cid = await world.resumed(ANA), await world.resumed(BEN), await world.resumed(CID)
        for client in (ana, ben, cid):
            client.say(t="look", chat=chat)
        cid.say(t="typing", chat=chat)
        world.remove_member(chat, BEN)
        await settle()
        ben.say(t="typing", chat=chat)
        ana.say(t="typing", chat=chat)
        await settle()
        assert len(world.notices) == 1
        assert [typists(one) for one in (ana, ben, cid)] == [[], [], []]


async def test_a_socket_that_went_away_is_not_kept() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ben = await world.resumed(BEN)
        ben.say(t="look", chat=chat)
        ben.socket.connection_lost(None)
        assert world.core.kit.looking.watched() == 0


async def test_typing_is_dropped_while_redis_is_away_and_breaks_nothing() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana = await world.resumed(ANA)
        world.redis_away = True
        ana.say(t="typing", chat=chat)
        await settle()
        assert (world.counts.typing, world.counts.typing_dropped) == (0, 1)
        world.redis_away = False
        for _ in range(UNDER_WAY + 1):
            world.now += EVERY_SECONDS
            ana.say(t="typing", chat=chat)
        await settle()
        assert world.counts.typing == UNDER_WAY
        assert world.counts.typing_dropped == 2
        assert ana.close_code is None


async def test_a_notice_that_is_no_typist_is_counted_and_goes_nowhere() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ben = await world.resumed(BEN)
        ben.say(t="look", chat=chat)
        payload = encode_published(KIND_TYPING, 0, 0, b"{}")
        world.core.receiver.receive(stream_channel(chat_stream(chat)).encode(), payload)
        await settle()
        assert ben.new_frames() == []
        assert world.counts.published_malformed == 1


async def test_welcome_says_what_is_taken() -> None:
    async with Running() as world:
        ana = world.client(ANA)
        ana.handshake()
        await settle()
        (welcome,) = ana.all_frames()
        assert welcome["features"] == ["typing", "forwarded", "files", "receipts"]


async def test_a_word_about_what_a_person_keeps_goes_to_all_of_their_sockets_alone() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        one, two, ben = await world.resumed(ANA), await world.resumed(ANA), await world.resumed(BEN)
        frame = OwnChatFrame(chat=chat)
        payload = encode_published(KIND_OWN, 0, 0, frame.model_dump_json().encode())
        world.core.receiver.receive(stream_channel(person_stream(ANA)).encode(), payload)
        await settle()
        told = {"t": "own_chat", "chat": chat}
        assert [client.new_frames() for client in (one, two, ben)] == [[told], [told], []]
