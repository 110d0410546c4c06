"""The record of a frame: what is written by hand is what the models would have made of it."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import frames
from nexync_contracts.commands import CommandEnvelope, CreateMessage, envelope_adapter
from nexync_contracts.ids import (
    AttachmentId,
    ChatId,
    ClientId,
    CommandId,
    PersonId,
    SessionId,
    chat_stream,
)
from nexync_contracts.message_events import Mention
from nexync_streams.deciding import digest_of
from svc_gateway.conversation import Asking
from svc_gateway.recording import record

ANA: Final = PersonId("0190a000-0000-4000-8000-000000000001")
SESSION: Final = SessionId("0190a000-0000-4000-8000-000000000002")
CHAT: Final = ChatId("0190a000-0000-4000-8000-00000000000a")
FILE: Final = AttachmentId("0190a000-0000-4000-8000-00000000000f")
ID: Final = ClientId("0190a000-0000-7000-8000-000000000003")

BODIES: Final = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60
)


def written(frame: Asking) -> CommandEnvelope:
    return envelope_adapter.validate_json(
        record(frame, sender=ANA, session=SESSION, trace="one-1f")
    )


@given(
    BODIES,
    st.none() | st.integers(1, 9),
    st.just(()) | st.just((Mention(person=ANA, name="ana"),)),
    st.booleans(),
    st.booleans(),
    st.just(()) | st.just((FILE,)),
)
def test_a_send_reads_back_as_its_command(
    body: str,
    reply_to: int | None,
    mentions: tuple[Mention, ...],
    mention_all: bool,
    forwarded: bool,
    files: tuple[AttachmentId, ...],
) -> None:
    frame = frames.SendFrame(
        id=ID,
        chat=CHAT,
        body=body,
        reply_to=reply_to,
        mentions=mentions,
        mention_all=mention_all,
        forwarded=forwarded,
        files=files,
    )
    wanted = CommandEnvelope(
        stream=chat_stream(CHAT),
        id=CommandId(ID),
        sender=ANA,
        session=SESSION,
        trace="one-1f",
        command=CreateMessage(
            body=body,
            reply_to=reply_to,
            mentions=mentions,
            mention_all=mention_all,
            forwarded=forwarded,
            files=files,
        ),
    )
    assert written(frame) == wanted
    assert digest_of(written(frame)) == digest_of(wanted)


@pytest.mark.parametrize(
    ("frame", "tag"),
    [
        (frames.EditFrame(id=ID, chat=CHAT, target=3, body="b"), "message.edit"),
        (frames.DeleteFrame(id=ID, chat=CHAT, target=3), "message.delete"),
        (frames.ReactFrame(id=ID, chat=CHAT, target=3, emoji="🎉", on=True), "message.react"),
    ],
)
def test_what_is_about_a_message_names_it(frame: Asking, tag: str) -> None:
    command = written(frame).command
    assert (command.tag, getattr(command, "target", None)) == (tag, 3)
