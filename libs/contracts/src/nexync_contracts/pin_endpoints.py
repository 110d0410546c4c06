"""The REST API about messages that are pinned in a chat."""

from typing import Final

from nexync_contracts import message_rest, rest
from nexync_contracts.endpoint import AT_LEAST, Endpoint
from nexync_contracts.errors import ProblemCode

PINS: Final = Endpoint(
    name="pins",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/pins",
    summary="The pinned messages of a chat, the newest pin first",
    answer=rest.PinsView,
    query=(AT_LEAST,),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
)
PIN_MESSAGE: Final = Endpoint(
    name="pin_message",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/pins",
    summary="Pin a message, or take its pin away",
    body=message_rest.PinMessageBody,
    answer=rest.CommandDone,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET),
    idempotent_by_key=True,
)

PIN_ENDPOINTS: Final = (PINS, PIN_MESSAGE)
