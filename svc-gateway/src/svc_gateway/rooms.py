"""Streams with a reader here: every event once, in order, without a hole, to all of their sockets."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from nexync_contracts.ids import Stream, is_chat_stream
from nexync_streams.blocking import HIDDEN
from svc_gateway import frames
from svc_gateway.framing import encode_text
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher, Outlet

PENDING: Final = 256
"""Events beyond a hole that one room keeps; later ones are fetched with the hole instead."""

RECENT: Final = 32
"""Encoded events that one room keeps for those who just resume."""


class Room:
    """One stream on this gateway. `last` is the last event that went to the sockets."""

    __slots__ = (
        "epoch",
        "last",
        "mending",
        "opened",
        "outlets",
        "partition",
        "pending",
        "readers",
        "recent",
        "stream",
        "top",
    )

    def __init__(self, stream: Stream, partition: int) -> None:
        self.stream = stream
        self.partition = partition
        self.epoch = 0
        self.last = 0
        self.top = 0
        """The highest seq known to exist; a hole is open while it is beyond `last`."""
        self.opened = False
        self.mending = False
        self.readers = 0
        """People here that are in this stream; at 0 the room closes."""
        self.outlets: dict[Outlet, None] = {}
        """In the order of their coming: what the kernel keeps for neighbours lies side by side, which a fan-out in the
        order of a set pays for with a tenth of its time."""
        self.pending: dict[int, tuple[int, bytes, bool]] = {}
        self.recent: deque[tuple[int, bytes]] | None = None

    def recent_after(self, after: int) -> list[tuple[int, bytes]] | None:
        """The kept events after `after` up to `last`, or None if they don't reach back so far."""
        if after >= self.last:
            return []
        if not self.recent or self.recent[0][0] > after + 1:
            return None
        return [kept for kept in self.recent if kept[0] > after]


class Listener:
    """What must happen beside the fan-out, or instead of it. Called without awaiting."""

    def before(self, room: Room, seq: int, frame: bytes) -> Callable[[], None] | None:
        """A membership event, or any of a person's stream, goes out next; what to do after it did."""
        raise NotImplementedError

    def hidden(self, room: Room, frame: bytes, encoded: bytes) -> None:
        """An event that is for its author alone went out to nobody yet: to the others it is a skip of `room.last`."""
        raise NotImplementedError

    def hole(self, room: Room) -> None:
        """`room.top` is beyond `room.last`: fetch what lies between."""
        raise NotImplementedError

    def restarted(self, room: Room) -> None:
        """Events were jumped over: the memberships of the room must be read again."""
        raise NotImplementedError


class Rooms:
    """All rooms of this gateway."""

    def __init__(self, flusher: Flusher, counts: Counts) -> None:
        self._flusher = flusher
        self._counts = counts
        self._rooms: dict[Stream, Room] = {}
        self.listener = Listener()

    def get(self, stream: Stream) -> Room | None:
        """The room of a stream, if anybody here reads it."""
        return self._rooms.get(stream)

    def all(self) -> list[Room]:
        """All rooms, as they are now."""
        return list(self._rooms.values())

    def streams(self) -> list[Stream]:
        """All streams that have a room."""
        return list(self._rooms)

    def hold(self, stream: Stream, partition: int) -> Room:
        """Count one more reading person in; makes the room if need be."""
        room = self._rooms.get(stream)
        if room is None:
            room = self._rooms[stream] = Room(stream, partition)
            self._counts.rooms = len(self._rooms)
        room.readers += 1
        return room

    def release(self, rooms: Iterable[Room]) -> list[Stream]:
        """Count one person out of each; the streams whose rooms closed by that."""
        closed: list[Stream] = []
        for room in rooms:
            room.readers -= 1
            if room.readers <= 0 and self._rooms.get(room.stream) is room:
                del self._rooms[room.stream]
                closed.append(room.stream)
        self._counts.rooms = len(self._rooms)
        return closed

    def open(self, room: Room, epoch: int, seen: int, head: int) -> None:
        """Start delivering after `seen`; up to `head` there are events already. Only the first call counts."""
        if room.opened:
            return
        room.opened = True
        room.epoch, room.last, room.top = epoch, seen, max(seen, head, room.top)
        waiting = sorted(room.pending.items())
        room.pending = {}
        for seq, (of_epoch, frame, parse) in waiting:
            self.offer(room, of_epoch, seq, frame, parse=parse)
        self.look(room)

    def offer(self, room: Room, epoch: int, seq: int, frame: bytes, *, parse: bool) -> None:
        """Take one event: deliver it, keep it for later, or know it already."""
        if not room.opened or (epoch == room.epoch and seq > room.last + 1):
            room.top = max(room.top, seq)
            if len(room.pending) < PENDING:
                room.pending[seq] = (epoch, frame, parse)
            if room.opened:
                self.listener.hole(room)
            return
        if epoch != room.epoch:
            if epoch > room.epoch:
                self.restart(room, epoch, seq)
            return
        if seq <= room.last:
            return
        self._deliver(room, seq, frame, parse=parse)
        while room.pending:
            following = room.pending.pop(room.last + 1, None)
            if following is None:
                break
            self._deliver(room, room.last + 1, following[1], parse=following[2])
        if room.pending and room.top <= room.last:
            room.pending.clear()

    def look(self, room: Room) -> None:
        """Have a hole fetched, if there is one."""
        if room.opened and room.top > room.last:
            self.listener.hole(room)

    def seen(self, room: Room, epoch: int, seq: int) -> None:
        """Somebody says that the stream is at (epoch, seq)."""
        if not room.opened or epoch < room.epoch:
            return
        if epoch > room.epoch:
            self.restart(room, epoch, seq)
            return
        room.top = max(room.top, seq)
        self.look(room)

    def restart(self, room: Room, epoch: int, seq: int) -> None:
        """Go on after (epoch, seq) without what lies before: readers read the stream anew over REST."""
        room.epoch, room.last = epoch, seq
        room.top = seq
        room.recent = None
        room.pending = {
            later: kept for later, kept in room.pending.items() if later > seq and kept[0] == epoch
        }
        if room.pending:
            room.top = max(room.pending)
        self._counts.resets += len(room.outlets)
        self._flusher.fan_out(room.outlets, frames.reset(room.stream, epoch, seq))
        self.listener.restarted(room)
        following = room.pending.pop(seq + 1, None)
        if following is not None:
            self.offer(room, epoch, seq + 1, following[1], parse=following[2])
        self.look(room)

    def _deliver(self, room: Room, seq: int, frame: bytes, *, parse: bool) -> None:
        room.last = seq
        room.top = max(room.top, seq)
        encoded = encode_text(frame)
        if room.recent is None:
            room.recent = deque(maxlen=RECENT)
        room.recent.append((seq, encoded))
        self._counts.events += 1
        if parse or not is_chat_stream(room.stream):
            then = self.listener.before(room, seq, frame)
            self._flusher.fan_out(room.outlets, encoded)
            if then is not None:
                then()
            return
        if HIDDEN in frame:
            self.listener.hidden(room, frame, encoded)
            return
        self._flusher.fan_out(room.outlets, encoded)
