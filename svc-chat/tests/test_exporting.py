"""The export of a chat, and where a day begins in it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Sequence

import pytest
from chat_world import ADA, BOB, CHAT, World, reading_of
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from nexync_contracts.events import MemberRemoved
from nexync_contracts.ids import PersonId
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessageReacted
from svc_chat import routes_export
from svc_chat.errors import BusyError, NothingThereError
from svc_chat.exporting import Exporting
from svc_chat.ports import PersonRow
from svc_chat.timeline import Timelines


class People:
    """Everybody is called by the end of their id."""

    async def rows(
        self, viewer: PersonId, people: Collection[PersonId]
    ) -> dict[PersonId, PersonRow]:
        del viewer
        return {one: PersonRow(one, f"user{one[-1]}", "", "none") for one in people}


def exporting(world: World, most: int = 2) -> Exporting:
    return Exporting(Timelines(reading_of(world)), People(), most)  # type: ignore[arg-type] # only names are asked


async def lines_of(world: World, person: PersonId = ADA) -> list[dict[str, object]]:
    chunks = [chunk async for chunk in await exporting(world).of(CHAT, person)]
    return [json.loads(line) for chunk in chunks for line in chunk.splitlines()]


def chat(messages: int) -> World:
    world = World()
    world.create(ADA, BOB)
    world.say(messages)
    return world


def seqs(lines: Sequence[dict[str, object]]) -> list[int]:
    return [line["record"]["seq"] for line in lines]  # type: ignore[index] # JSON of our own


async def test_all_lines_come_once_in_order_with_their_state() -> None:
    """Over several pages, from Postgres and the window, as things are now; changes are no lines."""
    world = chat(450)
    world.append(MessageEdited(target=3, body="better"))
    world.append(MessageDeleted(target=4))
    world.append(MessageReacted(target=5, emoji="🎉"), by=BOB)
    world.flush()
    world.say(3)
    lines = await lines_of(world)
    assert seqs(lines) == [*range(1, 452), 455, 456, 457]
    assert lines[2]["record"]["event"]["body"] == "better"  # type: ignore[index] # as above
    assert lines[3]["record"]["event"]["body"] == ""  # type: ignore[index] # as above
    assert lines[4]["state"]["reactions"][0]["emoji"] == "🎉"  # type: ignore[index] # as above
    assert lines[0]["username"] == "usera"


async def test_it_ends_with_what_was_newest_at_its_beginning() -> None:
    """However fast people write, it has an end."""
    world = chat(250)
    world.between = lambda: world.say(300) if len(world.events) < 2_000 else None
    end = len(world.events)
    lines = await lines_of(world)
    assert end <= len(lines) < 1_200


async def test_a_former_member_gets_what_they_may_see_and_a_stranger_nothing() -> None:
    world = chat(5)
    world.append(MemberRemoved(person=BOB))
    world.say(5)
    world.flush()
    assert seqs(await lines_of(world, BOB)) == list(range(1, 8))
    with pytest.raises(NothingThereError):
        await exporting(world).of(CHAT, PersonId("00000000-0000-4000-8000-0000000000ff"))


async def test_one_more_than_there_may_be_is_refused_and_a_broken_one_makes_room() -> None:
    world = chat(450)
    world.flush()
    use = exporting(world, most=1)
    running = await use.of(CHAT, ADA)
    await anext(running)
    with pytest.raises(BusyError):
        await use.of(CHAT, BOB)
    await running.aclose()
    assert len([chunk async for chunk in await use.of(CHAT, BOB)]) == 3


@given(
    messages=st.integers(1, 60),
    flushed=st.integers(0, 61),
    since=st.integers(0, 700),
    left=st.integers(0, 60),
)
def test_a_day_begins_where_the_model_says(
    messages: int, flushed: int, since: int, left: int
) -> None:
    """Wherever Postgres and the window meet; a former member isn't led beyond the end of their span."""
    world = World()
    world.create(ADA, BOB)
    for number in range(messages):
        if number == left:
            world.append(MemberRemoved(person=BOB))
        world.say()
    world.flushed = min(flushed, len(world.events))
    gone = next((one.seq for one in world.events if one.event.tag == "member.removed"), None)
    for person, end in ((ADA, None), (BOB, gone)):
        seen = [one for one in world.events if end is None or one.seq <= end]
        wanted = next((one.seq for one in seen if one.at >= since), None)
        found = asyncio.run(Timelines(reading_of(world)).first_since(CHAT, person, since))
        assert found == wanted


async def test_a_reader_who_takes_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream ends without its last chunk, so that the client knows; the export makes room."""
    monkeypatch.setattr(routes_export, "EXPORT_SECONDS", 0.0)

    async def lines() -> AsyncGenerator[bytes]:
        yield b"{}\n"

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
    generator = lines()
    await routes_export.Lines(generator, media_type="application/x-ndjson")(scope, receive, send)
    await generator.aclose()
    assert not any(one.get("more_body") is False for one in sent)
