"""One socket: a handshake, a reader, and a writer whose queue has an end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from nexync_client.conversation import CONNECT_SECONDS
from nexync_client.errors import ContractError, NotConnectedError
from nexync_contracts import frames

OUTGOING: Final = 256
"""Frames that wait for one socket; one more means that it takes nothing, and it is dropped."""

_FRAME_BYTES: Final = 2**22
_NO_CLOSE: Final = 1006


class Over(NamedTuple):
    """How a socket ended: its close code, or the HTTP status of a handshake that was refused (0: no answer)."""

    code: int
    status: int | None = None


class Link:
    """Runs once. `write` and `close` never wait; what was written before `close` goes out before it."""

    def __init__(self) -> None:
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue(OUTGOING)
        self._socket: ClientConnection | None = None

    def write(self, frame: frames.ClientFrame) -> None:
        """Line up a frame; with OUTGOING of them waiting the socket is dropped."""
        self._put(frame.model_dump_json())

    def close(self) -> None:
        """Close after what was written."""
        self._put(None)

    def drop(self) -> None:
        """Lose the connection without a closing handshake."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def write_raw(self, data: str | bytes) -> None:
        """Any bytes as one text (str) or binary (bytes) frame. Raises NotConnectedError."""
        if self._socket is None:
            raise NotConnectedError("the socket isn't open")
        try:
            await self._socket.send(data)
        except ConnectionClosed as error:
            raise NotConnectedError("the socket was closed meanwhile") from error

    async def run(
        self,
        address: str,
        headers: Mapping[str, str],
        opened: Callable[[], None],
        received: Callable[[frames.ServerFrame], Awaitable[None]],
    ) -> Over:
        """From the handshake to the close. Raises ContractError."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await connect(
                    address,
                    origin=None,
                    additional_headers=headers,
                    compression=None,
                    max_size=_FRAME_BYTES,
                    proxy=None,
                    ping_interval=None,
                    close_timeout=1.0,
                )
        except InvalidStatus as error:
            return Over(_NO_CLOSE, error.response.status_code)
        except (OSError, TimeoutError, WebSocketException):
            return Over(_NO_CLOSE, 0)
        self._socket = socket
        opened()
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write_all(socket), name="nexync writer")
            try:
                await self._read_all(socket, received)
            finally:
                writer.cancel()
                await socket.close()
        return Over(socket.close_code or _NO_CLOSE)

    def _put(self, data: str | None) -> None:
        try:
            self._outgoing.put_nowait(data)
        except asyncio.QueueFull:
            self.drop()

    async def _read_all(
        self, socket: ClientConnection, received: Callable[[frames.ServerFrame], Awaitable[None]]
    ) -> None:
        while True:
            try:
                data = await socket.recv(decode=False)
            except (ConnectionClosed, OSError):
                return
            try:
                frame = frames.server_frame_adapter.validate_json(data)
            except ValidationError as error:
                msg = f"a frame outside of these contracts: {data[:200]!r}"
                raise ContractError(msg) from error
            await received(frame)

    async def _write_all(self, socket: ClientConnection) -> None:
        while True:
            data = await self._outgoing.get()
            try:
                if data is None:
                    await socket.close()
                    return
                await socket.send(data)
            except ConnectionClosed:
                return
