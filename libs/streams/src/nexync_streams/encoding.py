"""An event is encoded once; the same bytes go to the window, to Pub/Sub, to every socket and to Postgres."""

from pydantic_core import to_json

from nexync_contracts.events import Event, EventRecord

_MESSAGE = b'{"tag":"message.created","body":%b}'
_FRAME = (
    b'{"t":"event","stream":"%b","epoch":%d,"seq":%d,"n":%d,"at":%d,"id":"%b","by":"%b","event":%b}'
)


def encode_event(event: Event) -> bytes:
    """The inner event as JSON, UTF-8."""
    if event.tag == "message.created" and not (
        event.mentions
        or event.mention_all
        or event.reply_to
        or event.forwarded
        or event.attachments
        or event.hidden
        or event.hook
    ):
        return _MESSAGE % to_json(event.body)
    return to_json(event)


def encode_frame(record: EventRecord, event: bytes | None = None) -> bytes:
    """The event frame (`{"t":"event",…}`) of a record; `event` is its `encode_event`, if at hand."""
    inner = encode_event(record.event) if event is None else event
    return _FRAME % (
        record.stream.encode(),
        record.epoch,
        record.seq,
        record.n,
        record.at,
        record.id.encode(),
        record.by.encode(),
        inner,
    )


def join_frame(
    *, stream: str, epoch: int, seq: int, n: int, at: int, command: str, by: str, event: bytes
) -> bytes:
    """The event frame from the columns that Postgres keeps; equal to what readers saw live."""
    return _FRAME % (stream.encode(), epoch, seq, n, at, command.encode(), by.encode(), event)
