"""Our frames as WebSocket frames, ready for the wire."""

from typing import Final

from pydantic import BaseModel

from nexync_contracts.frames import AckFrame, GoneFrame, ResetFrame, SkipFrame
from nexync_contracts.ids import Stream
from svc_gateway.framing import encode_text

_ACK: Final = b'{"t":"%b","id":"%b"}'
_ACK_TAG: Final = AckFrame(id="00000000-0000-0000-0000-000000000000").t.encode()  # pyright: ignore[reportArgumentType] - the field's own type is a NewType of str


def wire(frame: BaseModel) -> bytes:
    """Any contract frame."""
    return encode_text(body(frame))


def body(frame: BaseModel) -> bytes:
    """Its JSON alone, as it goes over Pub/Sub."""
    return frame.model_dump_json(by_alias=True, exclude_none=True).encode()


def ack(identifier: str) -> bytes:
    """The `ack` of one command; written by hand because it is one a message."""
    return encode_text(_ACK % (_ACK_TAG, identifier.encode()))


def skip(stream: Stream, epoch: int, low: int, high: int) -> bytes:
    """Events `low` to `high` are not for this reader."""
    return wire(SkipFrame(stream=stream, epoch=epoch, from_=low, to=high))


def reset(stream: Stream, epoch: int, seq: int) -> bytes:
    """The client reads this stream anew, at least to `seq`."""
    return wire(ResetFrame(stream=stream, epoch=max(epoch, 1), seq=seq))


def gone(stream: Stream, seq: int) -> bytes:
    """Nothing after `seq` follows."""
    return wire(GoneFrame(stream=stream, seq=seq))
