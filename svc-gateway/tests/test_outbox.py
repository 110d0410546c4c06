"""One write a tick for one connection; one bytes object for all that get the same."""

from collections.abc import Callable

from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher


class Outlet:
    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)


def test_frames_of_a_tick_are_joined_in_order_and_shared() -> None:
    soon: list[Callable[[], None]] = []
    counts = Counts()
    flusher = Flusher(soon.append, counts)
    room = [Outlet(), Outlet(), Outlet()]
    flusher.fan_out(room, b"a")
    flusher.fan_out(room, b"b")
    flusher.push(room[2], b"c")
    assert len(soon) == 1
    soon.pop()()
    assert [outlet.written for outlet in room] == [[b"ab"], [b"ab"], [b"abc"]]
    assert room[0].written[0] is room[1].written[0]
    assert counts.deliveries == 6
    flusher.push(room[0], b"d")
    assert len(soon) == 1


def test_a_single_frame_is_written_without_a_copy() -> None:
    soon: list[Callable[[], None]] = []
    flusher = Flusher(soon.append, Counts())
    outlets = [Outlet(), Outlet()]
    frame = b"frame" * 10
    flusher.fan_out(outlets, frame)
    soon.pop()()
    assert all(outlet.written[0] is frame for outlet in outlets)
