"""One write to many sockets: the native function, where it was built when the package was installed."""

import asyncio
import ctypes
import socket
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

LIBRARY: Final = Path(__file__).with_name("sendmany.so")

_NativeFunction = Callable[[int, int, bytes, int, int], int]


class NativeSending:
    """The `SendMany` port over `nexync_sendmany` (native/sendmany.c)."""

    __slots__ = ("_function",)

    def __init__(self, function: _NativeFunction) -> None:
        self._function = function

    def __call__(self, descriptors: Sequence[int], data: bytes) -> Sequence[int] | None:
        """One call without the interpreter's lock; the answers replace the descriptors in one array."""
        numbers = array("i", descriptors)
        address, count = numbers.buffer_info()
        return numbers if self._function(address, count, data, len(data), address) else None


def load(library: Path = LIBRARY) -> NativeSending | None:
    """The native function; None where it was not built or can't be loaded here."""
    try:
        function = ctypes.CDLL(str(library)).nexync_sendmany
    except (OSError, AttributeError):
        return None
    function.argtypes = (
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_void_p,
    )
    function.restype = ctypes.c_int
    return NativeSending(function)


def descriptor_of(transport: asyncio.BaseTransport) -> int:
    """The descriptor of a plain TCP transport, -1 for any other.

    It stays the transport's own: asyncio's loops and uvloop close it after `connection_lost`, never before.
    """
    found: socket.socket | None = transport.get_extra_info("socket")
    if found is None or transport.get_extra_info("sslcontext") is not None:
        return -1
    return found.fileno()
