"""From a Pub/Sub payload to the rooms, the sockets of a person, or a control."""

from collections.abc import Callable

from nexync_contracts.channels import (
    KIND_CONTROL,
    KIND_EVENT,
    KIND_MEMBERSHIP,
    KIND_OUTCOME,
    KIND_OWN,
    KIND_RECEIPTS,
    KIND_TYPING,
    decode_published,
)
from nexync_contracts.ids import Stream
from svc_gateway.metrics import Counts
from svc_gateway.rooms import Rooms

_PREFIX = len("s:")


class Receiver:
    """Takes every message of the subscribing connection."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        person: Callable[[Stream, bytes], None],
        control: Callable[[Stream, bytes], None],
        typing: Callable[[Stream, bytes], None],
        receipts: Callable[[Stream, bytes], None],
        counts: Counts,
    ) -> None:
        self._rooms = rooms
        self._person = person
        self._control = control
        self._typing = typing
        self._receipts = receipts
        self._counts = counts

    def receive(self, channel: bytes, payload: bytes) -> None:
        """One message. What can't be read is counted; the repair finds what it may have been."""
        try:
            kind, epoch, seq, frame = decode_published(payload)
        except ValueError:
            self._counts.published_malformed += 1
            return
        stream = Stream(channel[_PREFIX:].decode())
        if kind in {KIND_EVENT, KIND_MEMBERSHIP}:
            room = self._rooms.get(stream)
            if room is not None:
                self._rooms.offer(room, epoch, seq, frame, parse=kind == KIND_MEMBERSHIP)
        elif kind in {KIND_OUTCOME, KIND_OWN}:
            self._person(stream, frame)
        elif kind == KIND_TYPING:
            self._typing(stream, frame)
        elif kind == KIND_RECEIPTS:
            self._receipts(stream, frame)
        elif kind == KIND_CONTROL:
            self._control(stream, frame)
        else:
            self._counts.published_malformed += 1
