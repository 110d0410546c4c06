"""The contracts refuse what they should, and name it."""

import json

import pytest
from pydantic import ValidationError

from nexync_contracts import channels, ids, limits
from nexync_contracts.attachment_rest import DescribeAttachmentBody
from nexync_contracts.attachments import Attachment
from nexync_contracts.commands import envelope_adapter
from nexync_contracts.errors import issues_of
from nexync_contracts.events import MessageCreated, event_adapter
from nexync_contracts.frames import client_frame_adapter

CHAT = "0b6cf9a3-1f5e-4a55-9a39-0d8b5b6a9a01"
ID = "019ab123-4567-7abc-8def-0123456789ab"


@pytest.mark.parametrize(
    ("frame", "path"),
    [
        ({"t": "unknown"}, ()),
        ({}, ()),
        ([], ()),
        ({"t": "send", "id": "x", "chat": CHAT, "body": "a"}, ("send", "id")),
        ({"t": "send", "id": ID, "chat": CHAT, "body": ""}, ("send", "body")),
        ({"t": "send", "id": ID, "chat": CHAT, "body": 1}, ("send", "body")),
        ({"t": "send", "id": ID, "chat": CHAT, "body": "a", "members": []}, ("send", "members")),
        ({"t": "resume", "heads": {"c:x": [1, 2]}}, ("resume", "heads", "c:x", "[key]")),
    ],
)
def test_bad_client_frames_name_the_field(frame: object, path: tuple[str, ...]) -> None:
    """The issue's path leads to the field that is wrong."""
    with pytest.raises(ValidationError) as caught:
        client_frame_adapter.validate_json(json.dumps(frame))
    assert issues_of(caught.value)[0].path == path


@pytest.mark.parametrize("body", ["a" * 8193, "ä" * 4097, "\U0001f600" * 2049, "a\x00b"])
def test_body_limits_are_bytes(body: str) -> None:
    """8,192 bytes of UTF-8, not characters; no U+0000."""
    with pytest.raises(ValidationError):
        event_adapter.validate_python({"tag": "message.created", "body": body})


@pytest.mark.parametrize("body", ["a" * 8192, "ä" * 4096, " ", "\u202e", "\ud7ff"])
def test_any_other_text_is_kept(body: str) -> None:
    """Nothing is trimmed or normalised: a body comes back byte-equal."""
    event = MessageCreated(body=body)
    again = event_adapter.validate_json(event_adapter.dump_json(event))
    assert isinstance(again, MessageCreated)
    assert again.body == body


def test_records_survive_unknown_fields_but_not_unknown_tags() -> None:
    """A newer release may add a field; a tag that this release can't read is an error."""
    command = {"tag": "message.create", "body": "x", "later": True}
    envelope = {"v": 1, "stream": f"c:{CHAT}", "id": ID, "sender": CHAT, "added": 1}
    known = json.dumps({**envelope, "command": command})
    assert envelope_adapter.validate_json(known).command.tag == "message.create"
    with pytest.raises(ValidationError):
        envelope_adapter.validate_json(known.replace("message.create", "message.sing"))


@pytest.mark.parametrize("alt", ["", "  ", "x" * (limits.ALT_CHARS + 1), "two\nlines", "a\x00b"])
def test_what_an_image_shows_is_one_line_of_some_length(alt: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DescribeAttachmentBody.model_validate_json(json.dumps({"alt": alt}))
    assert issues_of(caught.value)[0].path == ("alt",)


def test_a_file_of_before_has_no_words() -> None:
    """What was written before there were any is still read, and none are written for it."""
    old = {"id": CHAT, "kind": "image", "name": "a.png", "type": "image/png", "size": 3}
    attachment = Attachment.model_validate_json(json.dumps(old))
    assert attachment.alt is None
    assert "alt" not in attachment.model_dump(exclude_none=True)


def test_time_of_an_id() -> None:
    """RFC 9562's own example of a UUIDv7; other versions have no time."""
    assert ids.id_time_ms("017f22e2-79b0-7cc3-98c4-dc0c0c07398f") == 1645557742000
    assert ids.id_time_ms(CHAT) is None


def test_published_header_round_trip() -> None:
    """The frame may hold anything, newlines too."""
    payload = channels.encode_published("e", 1, 42, b'{"a":"\n"}')
    assert channels.decode_published(payload) == ("e", 1, 42, b'{"a":"\n"}')
    with pytest.raises(ValueError, match="header"):
        channels.decode_published(b"no header")


@pytest.mark.parametrize("character", ["\x01", '"', "a"])
def test_frame_limit_covers_the_largest_body(character: str) -> None:
    """A body at its limit fits into a frame, even when every byte needs JSON's longest escape."""
    frame = json.dumps({"t": "send", "id": ID, "chat": CHAT, "body": character * 8192})
    assert len(frame) <= limits.FRAME_BYTES
    client_frame_adapter.validate_json(frame)
