"""Real sockets on uvloop, written to by their transports or past them: each reader gets the same bytes.

Small kernel buffers make writes short, readers stop and go on, sockets close, are dropped and hung up on, and new ones
take their descriptors, all between any two frames.
"""

import asyncio
import os
import socket as sockets
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import gateway_world
import pytest
import uvloop
from fake_transports import no_descriptor
from gateway_world import World, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_build import native

from svc_gateway.adapters import sending
from svc_gateway.framing import encode_close
from svc_gateway.kit import State
from svc_gateway.ports import SendMany
from svc_gateway.socket import Socket

LIMIT_SECONDS = 30.0
SMALL_BUFFER = 4_608
"""Bytes, the least that Linux gives; it doubles what is asked for."""

LINES = 4
CODE, REASON = 1012, "restart"

Step = tuple[str, int, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fan"), st.just(0), st.sampled_from([1, 200, 3_000, 40_000])),
        st.tuples(st.just("one"), st.integers(0, LINES - 1), st.sampled_from([1, 200, 9_000])),
        st.tuples(st.just("turn"), st.just(0), st.just(0)),
        st.tuples(st.just("read"), st.integers(0, LINES - 1), st.integers(1, 60_000)),
        st.tuples(st.just("close"), st.integers(0, LINES - 1), st.just(0)),
        st.tuples(st.just("drop"), st.integers(0, LINES - 1), st.just(0)),
        st.tuples(st.just("hang up"), st.integers(0, LINES - 1), st.just(0)),
        st.tuples(st.just("open"), st.just(0), st.just(0)),
    ),
    min_size=4,
    max_size=24,
)


class Checked:
    """The native call, refusing what isn't the socket that once was handed over under that number."""

    def __init__(self) -> None:
        self._native = native()
        self._inodes: dict[int, int] = {}
        self.calls = 0
        self.short = 0

    def descriptor_of(self, transport: asyncio.BaseTransport) -> int:
        descriptor = sending.descriptor_of(transport)
        self._inodes[descriptor] = os.fstat(descriptor).st_ino
        return descriptor

    def __call__(self, descriptors: Sequence[int], data: bytes) -> Sequence[int] | None:
        for descriptor in descriptors:
            if descriptor >= 0:
                assert os.fstat(descriptor).st_ino == self._inodes[descriptor]
        taken = self._native(descriptors, data)
        self.calls += 1
        self.short += taken is not None
        return taken


class Line:
    """One connection: both ends, what has to arrive and what did."""

    def __init__(self, socket: Socket, peer: sockets.socket) -> None:
        self.socket = socket
        self.peer = peer
        self.wanted = bytearray()
        self.got = bytearray()
        self.over = False
        """Nothing more is to come."""
        self.whole = True
        """Everything wanted must come; of a dropped connection only a beginning does."""

    def expect(self, data: bytes) -> None:
        if not self.over:
            self.wanted += data

    def end(self, *, whole: bool) -> None:
        self.over = True
        self.whole = self.whole and whole

    def read(self, size: int) -> bool:
        """Take what is there, up to `size` bytes; False at the end of the stream."""
        try:
            data = self.peer.recv(size)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.got += data
        return bool(data)


class Scene:
    """Sockets of a gateway that are open without a handshake, and their readers."""

    def __init__(self, world: World, server: asyncio.Server) -> None:
        self.world = world
        self.port = cast("int", server.sockets[0].getsockname()[1])
        self.made: list[Socket] = []
        self.lines: list[Line] = []
        self.number = 0

    async def open(self) -> Line:
        before = len(self.made)
        peer = sockets.socket()
        peer.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, SMALL_BUFFER)
        peer.connect(("127.0.0.1", self.port))
        peer.setblocking(False)
        await until(lambda: len(self.made) > before)
        line = Line(self.made[before], peer)
        line.socket._state = State.OPEN
        self.world.core.kit.opening -= 1
        self.world.core.kit.keeper.add(line.socket, self.world.now)
        self.lines.append(line)
        return line

    async def take(self, step: Step) -> None:
        what, index, size = step
        line = self.lines[-1 - index]
        flusher = self.world.core.kit.flusher
        if what == "fan":
            frame = self.frame(size)
            flusher.fan_out([one.socket for one in self.lines], frame)
            for one in self.lines:
                one.expect(frame)
        elif what == "one":
            frame = self.frame(size)
            flusher.push(line.socket, frame)
            line.expect(frame)
        elif what == "turn":
            await settle(2)
        elif what == "read":
            line.read(size)
        elif what == "close":
            line.socket.close(CODE, REASON)
            line.expect(encode_close(CODE, REASON))
            line.end(whole=True)
        elif what == "drop":
            line.socket.abort()
            line.end(whole=False)
        elif what == "hang up":
            line.peer.close()
            line.end(whole=False)
        else:
            await self.open()

    def frame(self, size: int) -> bytes:
        """No two alike, so that a byte of another frame is seen."""
        self.number += 1
        return (b"%04d" % self.number) * (size // 4 + 1)

    async def drain(self) -> None:
        def done(line: Line) -> bool:
            return not line.read(1 << 20) or len(line.got) >= len(line.wanted)

        for line in self.lines:
            if line.whole:
                await until(lambda line=line: done(line))
            elif line.peer.fileno() >= 0:
                await until(lambda line=line: not line.read(1 << 20))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not true():
            await settle(1)


def never(seconds: float, call: Callable[[], None]) -> asyncio.Handle:
    """A timer that doesn't ring: how fast this machine is decides nothing."""
    del seconds, call
    return asyncio.get_running_loop().call_soon(int)


async def played(steps: Sequence[Step], way: Checked | None) -> None:
    """Play the steps and compare what each reader got with what was queued for it."""
    options: dict[str, Any] = (
        {"send_many": None, "descriptor_of": no_descriptor}
        if way is None
        else {"send_many": way, "descriptor_of": way.descriptor_of}
    )
    async with gateway_world.Running(**options) as world:
        world.core.kit.call_later = cast("Any", never)

        def factory() -> Socket:
            scene.made.append(Socket(world.core.kit))
            return scene.made[-1]

        listener = sockets.socket()
        listener.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, SMALL_BUFFER)
        listener.bind(("127.0.0.1", 0))
        server = await asyncio.get_running_loop().create_server(factory, sock=listener)
        scene = Scene(world, server)
        try:
            for _ in range(LINES):
                await scene.open()
            for step in steps:
                await scene.take(step)
            await scene.drain()
        finally:
            for line in scene.lines:
                line.peer.close()
                line.socket.abort()
            server.close()
            await settle(5)
        for line in scene.lines:
            if line.whole:
                assert line.got == line.wanted
            else:
                assert line.wanted.startswith(line.got)


@pytest.mark.parametrize("past", [False, True])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_each_reader_gets_its_bytes_in_order_and_nobody_elses(
    *, past: bool, steps: list[Step]
) -> None:
    uvloop.run(played(steps, Checked() if past else None))


def test_short_writes_go_on_in_the_transport_and_then_past_it_again() -> None:
    """What the property needs to mean something: both ways are taken, and the way back."""
    way = Checked()
    fill: list[Step] = [("fan", 0, 40_000), ("turn", 0, 0), ("fan", 0, 3_000), ("turn", 0, 0)]
    empty: list[Step] = [
        (what, i, 1 << 20) for _ in range(20) for i in range(LINES) for what in ("read", "turn")
    ]
    again: list[Step] = [("fan", 0, 200), ("turn", 0, 0)] * 3
    uvloop.run(played([("fan", 0, 1), ("turn", 0, 0), *fill, *empty, *again], way))
    assert way.short >= 2
    assert way.calls - way.short >= 1


def test_a_dropped_sockets_descriptor_is_not_written_to_when_another_has_it() -> None:
    """In the tick of the drop the number may already be somebody else's."""
    warm: list[Step] = [("fan", 0, 1), ("turn", 0, 0)]
    drop: list[Step] = [("fan", 0, 200), ("drop", 1, 0), ("fan", 0, 200), ("turn", 0, 0)]
    uvloop.run(played([*warm, *warm, *drop, ("open", 0, 0), *warm, *warm], Checked()))


def test_without_the_library_there_is_no_native_way(tmp_path: Path) -> None:
    assert sending.load(tmp_path / "absent.so") is None
    other = tmp_path / "other.so"
    other.write_bytes(b"no library")
    assert sending.load(other) is None


def test_a_failing_descriptor_takes_nothing_and_does_not_hold_up_the_others() -> None:
    send_many: SendMany = native()
    (one, other), (gone, left) = sockets.socketpair(), sockets.socketpair()
    left.close()
    assert send_many([one.fileno(), -1, gone.fileno()], b"x\0y") == pytest.approx([3, 0, 0])
    assert other.recv(10) == b"x\0y"
    assert send_many([one.fileno()], b"z") is None
    for socket in (one, other, gone):
        socket.close()


def test_only_a_plain_socket_has_a_descriptor() -> None:
    class Transport(asyncio.BaseTransport):
        def __init__(self, **extra: object) -> None:
            super().__init__(extra)

    with sockets.socket() as plain:
        context = ssl.create_default_context()
        assert sending.descriptor_of(Transport(socket=plain)) == plain.fileno()
        assert sending.descriptor_of(Transport(socket=plain, sslcontext=context)) == -1
    assert sending.descriptor_of(Transport()) == -1
