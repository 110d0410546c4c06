"""Edits, deletions and reactions on a socket: who wrote the message is said with the command."""

import json
from typing import Any

import pytest
from gateway_client import Client
from gateway_ids import some_id, uuid7
from gateway_world import Running, World, settle

from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, chat_stream
from svc_gateway.carrying import KEPT_SECONDS

ANA, BEN = PersonId(some_id()), PersonId(some_id())

FRAMES: dict[str, dict[str, Any]] = {
    "edit": {"body": "other"},
    "delete": {},
    "react": {"emoji": "👍"},
}


def ask(client: Client, world: World, kind: str, chat: ChatId, target: int) -> str:
    identifier = uuid7(world.now_ms)
    client.say(t=kind, id=identifier, chat=chat, target=target, **FRAMES[kind])
    return identifier


def commands(world: World) -> list[dict[str, Any]]:
    return [record[2]["command"] for record in world.log.records]


@pytest.mark.parametrize("kind", FRAMES)
async def test_the_author_is_read_once_and_stamped(kind: str) -> None:
    """Whoever asks: the log judges. A second command on the same message asks nobody."""
    async with Running() as world:
        chat = world.chat(BEN, ANA, seq=3)
        ana = await world.resumed(ANA)
        world.asked.clear()
        identifier = ask(ana, world, kind, chat, 2)
        await settle()
        ask(ana, world, kind, chat, 2)
        await settle()
        assert world.asked == ["events"]
        assert [command["author"] for command in commands(world)] == [BEN, BEN]
        assert commands(world)[0]["target"] == 2
        world.log.deliver()
        await settle()
        assert {"t": "ack", "id": identifier} in ana.new_frames()


async def test_what_the_sender_does_not_see_has_no_author() -> None:
    """Before the join, not there, or no message: the log rejects it, so the outcome is for ever."""
    async with Running() as world:
        chat = world.chat(BEN, seq=3)
        world.add_member(chat, ANA)
        world.message(chat, ANA)
        ana = await world.resumed(ANA)
        for target in (2, 4, 5, 6):
            ask(ana, world, "edit", chat, target)
        await settle()
        assert [command.get("author") for command in commands(world)] == [None, None, ANA, None]


async def test_a_stranger_is_rejected() -> None:
    async with Running() as world:
        chat = world.chat(BEN, seq=2)
        ana = await world.resumed(ANA)
        refused = ask(ana, world, "delete", chat, 2)
        await settle()
        (frame,) = ana.new_frames()
        assert (frame["t"], frame["id"], frame["code"]) == ("rejected", refused, "not_a_member")
        assert not world.log.records


async def test_sends_wait_their_turn_behind_a_change() -> None:
    """One device's commands keep their order, also when the first has to be looked up."""
    async with Running() as world:
        chat = world.chat(ANA, seq=2)
        ana = await world.resumed(ANA)
        ask(ana, world, "edit", chat, 2)
        ana.send(chat, "after the edit")
        await settle()
        assert [command["tag"] for command in commands(world)] == ["message.edit", "message.create"]


async def test_while_svc_chat_is_away_the_client_comes_again() -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=2)
        ana = await world.resumed(ANA)
        world.chats_away = True
        ask(ana, world, "edit", chat, 2)
        await settle()
        assert [frame["t"] for frame in ana.new_frames()] == ["retry"]
        assert not world.log.records
        assert chat_stream(chat) in world.subscribed


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"t": "react", "target": 2, "emoji": "abc"}, "emoji"),
        ({"t": "react", "target": 2, "emoji": "👍" * 20}, "emoji"),
        ({"t": "edit", "target": 0, "body": "x"}, "target"),
        ({"t": "edit", "target": 2, "body": ""}, "body"),
        ({"t": "delete"}, "target"),
    ],
)
async def test_bad_changes_name_the_field(frame: dict[str, Any], field: str) -> None:
    async with Running() as world:
        chat = world.chat(ANA, seq=2)
        ana = await world.resumed(ANA)
        ana.say(id=uuid7(world.now_ms), chat=chat, **frame)
        await settle()
        (answer,) = ana.new_frames()
        assert answer["t"] == "error"
        assert answer["issues"][0]["path"][-1] == field


async def test_a_forwarded_message_keeps_its_label() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana = await world.resumed(ANA)
        ana.say(t="send", id=uuid7(world.now_ms), chat=chat, body="hi", forwarded=True)
        await settle()
        assert commands(world)[0]["forwarded"] is True


PHOTO = Attachment(
    id=AttachmentId(some_id()),
    kind=AttachmentKind.IMAGE,
    name="cat.jpg",
    type="image/jpeg",
    size=3,
    width=4,
    height=3,
)


async def test_what_is_known_of_a_file_is_asked_once_and_stamped() -> None:
    """What a client says of it is refused; another's file is unknown, and the log rejects the message."""
    async with Running() as world:
        world.files[ANA, PHOTO.id] = PHOTO
        chat = world.chat(ANA, BEN)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        world.asked.clear()
        for client in (ana, ana, ben):
            client.say(t="send", id=uuid7(world.now_ms), chat=chat, body="", files=[PHOTO.id])
            await settle()
        assert world.asked == ["attachments", "attachments"]
        mine, again, theirs = commands(world)
        assert Attachment.model_validate_json(json.dumps(mine["attachments"][0])) == PHOTO
        assert mine == again
        assert (theirs["files"], theirs["attachments"]) == ([PHOTO.id], [])
        ana.say(t="send", id=uuid7(world.now_ms), chat=chat, body="x", attachments=[{}])
        await settle()
        assert ana.new_frames()[-1]["t"] == "error"


async def test_an_old_answer_about_a_file_is_asked_for_again() -> None:
    """svc-chat keeps what it was asked about for a day only, so nothing is remembered for nearly that long."""
    async with Running() as world:
        world.files[ANA, PHOTO.id] = PHOTO
        chat = world.chat(ANA, BEN)
        ana = await world.resumed(ANA)
        send = {"t": "send", "chat": chat, "body": "", "files": [PHOTO.id]}
        ana.say(id=uuid7(world.now_ms), **send)
        await settle()
        world.asked.clear()
        world.now += KEPT_SECONDS + 1
        ana.say(id=uuid7(world.now_ms), **send)
        await settle()
        assert world.asked == ["attachments"]


async def test_while_nobody_answers_about_a_file_the_sender_comes_again() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana = await world.resumed(ANA)
        world.chats_away = True
        ana.say(t="send", id=uuid7(world.now_ms), chat=chat, body="", files=[PHOTO.id])
        await settle()
        assert [frame["t"] for frame in ana.new_frames()] == ["retry"]
        assert not world.log.records
