"""The other end of a socket: handshakes, frames of every kind, and what came back."""

import base64
import json
from collections.abc import Iterable
from typing import Any

from fake_transports import FakeTransport
from gateway_ids import uuid7
from websockets.frames import Frame, Opcode

from nexync_contracts.ids import (
    ChatId,
    PersonId,
    SessionId,
    Stream,
)
from svc_gateway.kit import Kit
from svc_gateway.socket import Socket

ORIGIN = "http://chat.example"


class Client:
    """The other end of one socket."""

    def __init__(self, kit: Kit, person: PersonId, session: SessionId) -> None:
        self.person = person
        self.session = session
        self.transport = FakeTransport()
        self.socket = Socket(kit)
        self.transport.on_close = lambda: self.socket.connection_lost(None)
        self.socket.connection_made(self.transport)
        self._clock = kit.clock
        self._read = 0

    def handshake(
        self, *, origin: str | None = ORIGIN, token: str | None = "", path: str = "/ws"
    ) -> None:
        key = base64.b64encode(b"0123456789abcdef").decode()
        lines = [f"GET {path} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        if origin is not None:
            lines.append(f"Origin: {origin}")
        if token is not None:
            lines.append(f"Cookie: other=1; nexync_access={token or self.good_token}")
        self.socket.data_received("\r\n".join([*lines, "", ""]).encode())

    @property
    def good_token(self) -> str:
        return f"good.{self.person}.{self.session}"

    def raw(self, opcode: Opcode, payload: bytes) -> None:
        self.socket.data_received(Frame(opcode, payload).serialize(mask=True))

    def say(self, **frame: Any) -> None:
        self.raw(Opcode.TEXT, json.dumps(frame).encode())

    def send(self, chat: ChatId, body: str, identifier: str | None = None) -> str:
        identifier = identifier or uuid7(self._clock.unix_ms())
        self.say(t="send", id=identifier, chat=chat, body=body)
        return identifier

    @property
    def status(self) -> str:
        return self.transport.written[0].split(b"\r\n")[0].decode()

    def _payloads(self) -> Iterable[tuple[int, bytes]]:
        data = b"".join(self.transport.written)
        data = data[data.index(b"\r\n\r\n") + 4 :]
        while data:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(data[2:10], "big"), 10
            yield data[0] & 0x0F, data[start : start + size]
            data = data[start + size :]

    def all_frames(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for opcode, payload in self._payloads() if opcode == 1]

    def new_frames(self) -> list[dict[str, Any]]:
        """Frames since the last call."""
        found = self.all_frames()
        fresh = found[self._read :]
        self._read = len(found)
        return fresh

    def seqs(self, stream: Stream) -> list[int]:
        return [
            frame["seq"]
            for frame in self.all_frames()
            if frame["t"] == "event" and frame["stream"] == stream
        ]

    @property
    def close_code(self) -> int | None:
        for opcode, payload in self._payloads():
            if opcode == 8:
                return int.from_bytes(payload[:2], "big")
        return None

    def hang_up(self) -> None:
        self.transport.close()
