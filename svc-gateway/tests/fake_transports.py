"""Transports of asyncio that keep what is written, and the function that writes past them."""

import asyncio
from collections.abc import Callable, Sequence


class FakeTransport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False
        self.reading = True
        self.buffered = 0
        self.on_close: Callable[[], None] | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.closed:
            self.written.append(bytes(data))

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            if self.on_close is not None:
                self.on_close()

    def abort(self) -> None:
        self.close()

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        del high, low

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.closed


def no_descriptor(transport: asyncio.BaseTransport) -> int:
    """Nobody writes past this transport."""
    del transport
    return -1


class FakeSending:
    """Writes past fake transports, by number. Every third offer finds the kernel's buffer full, the one before half."""

    def __init__(self) -> None:
        self.transports: list[FakeTransport] = []
        self.offers = 0

    def descriptor_of(self, transport: asyncio.BaseTransport) -> int:
        assert isinstance(transport, FakeTransport)
        self.transports.append(transport)
        return len(self.transports) - 1

    def __call__(self, descriptors: Sequence[int], data: bytes) -> Sequence[int] | None:
        taken = [self._offer(descriptor, data) for descriptor in descriptors]
        return None if set(taken) == {len(data)} else taken

    def _offer(self, descriptor: int, data: bytes) -> int:
        if descriptor < 0:
            return 0
        transport = self.transports[descriptor]
        assert not transport.closed, "written to a descriptor that was given back"
        assert not transport.buffered, "written past what waits"
        self.offers += 1
        size = (len(data), len(data) // 2, 0)[self.offers % 3]
        transport.write(data[:size])
        return size
