"""A stand-in for Google: gives access tokens and takes messages as Firebase Cloud Messaging's HTTP v1 does."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from nexync_e2e.waiting import until_true

PROJECT: Final = "nexync-test"
_UNREGISTERED: Final = {
    "error": {
        "status": "NOT_FOUND",
        "message": "Requested entity was not found.",
        "details": [
            {
                "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                "errorCode": "UNREGISTERED",
            }
        ],
    }
}


class Shown(BaseModel):
    """What a device would show."""

    model_config = ConfigDict(extra="ignore")
    token: str
    data: dict[str, str]


class Firebase:
    """Keeps the messages that it took. Devices in `gone` are answered with UNREGISTERED."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.gone: set[str] = set()
        self.port = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator["Firebase"]:
        """Listen on a free port for the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def account(self, private_key: str) -> str:
        """The key file of a service account that this server gives tokens to."""
        return json.dumps(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "1",
                "private_key": private_key,
                "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
                "client_id": "1",
                "token_uri": f"{self.url}/token",
            }
        )

    async def until(self, what: str, matches: Callable[[Shown], bool]) -> Shown:
        """The first message that matches; 60 s at most."""
        await until_true(lambda: any(matches(one) for one in self.shown), what, seconds=60)
        return next(one for one in self.shown if matches(one))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")
                lengths = [x for x in lines if x.lower().startswith("content-length:")]
                body = (
                    await reader.readexactly(int(lengths[0].partition(":")[2])) if lengths else b""
                )
                status, answer = self._answer(lines[0].split(" ")[1], body)
                content = json.dumps(answer).encode()
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(content)}\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        writer.close()

    def _answer(self, path: str, body: bytes) -> tuple[str, dict[str, Any]]:
        if path == "/token":
            return "200 OK", {"access_token": "opens", "expires_in": 3600, "token_type": "Bearer"}
        if path != f"/v1/projects/{PROJECT}/messages:send":
            return "404 Not Found", {"error": {"status": "NOT_FOUND", "message": path}}
        shown = Shown.model_validate(json.loads(body)["message"])
        if shown.token in self.gone:
            return "404 Not Found", _UNREGISTERED
        self.shown.append(shown)
        return "200 OK", {"name": f"projects/{PROJECT}/messages/{len(self.shown)}"}
