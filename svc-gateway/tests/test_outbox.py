"""One write a tick for one connection; one bytes object for all that get the same."""

from collections.abc import Callable, Sequence

from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher, Pending


class Outlet:
    def __init__(self, direct: int = -1) -> None:
        self.pending: Pending | None = None
        self.direct = direct
        self.written: list[bytes | memoryview] = []

    def write(self, data: bytes | memoryview) -> None:
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


def test_the_frames_of_a_tick_go_by_one_call_and_the_rest_of_them_by_the_transport() -> None:
    calls: list[tuple[list[int], bytes]] = []

    def send_many(descriptors: Sequence[int], data: bytes) -> Sequence[int] | None:
        calls.append((list(descriptors), data))
        return [len(data), 2, 0, 0]

    soon: list[Callable[[], None]] = []
    flusher = Flusher(soon.append, Counts(), send_many)
    room = [Outlet(3), Outlet(4), Outlet(5), Outlet()]
    alone = Outlet(6)
    flusher.fan_out(room, b"one")
    flusher.fan_out(room, b"two")
    flusher.push(alone, b"ack")
    soon.pop()()
    assert calls == [([3, 4, 5, -1], b"onetwo")]
    assert [outlet.written for outlet in room] == [[], [b"etwo"], [b"onetwo"], [b"onetwo"]]
    assert alone.written == [b"ack"]


def test_a_socket_that_left_meanwhile_gets_nothing() -> None:
    soon: list[Callable[[], None]] = []
    flusher = Flusher(soon.append, Counts())
    stays, leaves, also_stays = Outlet(), Outlet(), Outlet()
    flusher.fan_out([stays, leaves, also_stays], b"a")
    leaves.pending = None
    soon.pop()()
    assert [outlet.written for outlet in (stays, leaves, also_stays)] == [[b"a"], [], [b"a"]]
