"""One person of the demo: an account over REST, and a socket that says lines until all are events."""

import asyncio
import json
import re
import secrets
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from nexync_contracts import endpoints, frames, rest
from nexync_contracts.channels import ACCESS_COOKIE
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.ids import ChatId, ClientId, PersonId
from nexync_dev.errors import DevError

Model = TypeVar("Model", bound=BaseModel)

PASSWORD: Final = "nexync-demo"

_IN_FLIGHT: Final = 24
"""Messages of one person without an outcome; below the server's limit of 32."""
_MAIL_SECONDS: Final = 30.0
_SILENCE_SECONDS: Final = 30.0
_TRIES: Final = 10


class RefusedError(DevError):
    """The server said no; `code` is its stable word for why."""

    def __init__(self, endpoint: Endpoint, problem: Problem | None, status: int) -> None:
        self.code = problem.code if problem else None
        said = f"{problem.code}: {problem.detail or problem.title}" if problem else str(status)
        super().__init__(f"{endpoint.method} {endpoint.path} was refused with {said}.")


class DemoPerson:
    """Logged in after `enter`. `page` and `mail` are base URLs; `username` is also the mail box's name."""

    def __init__(self, page: str, mail: str, username: str) -> None:
        self.username = username
        self.id = PersonId("")
        self._page = page
        self._mail = mail
        self._http = httpx.AsyncClient(
            base_url=page, headers={"Origin": page}, timeout=15.0, trust_env=False
        )
        self._open: dict[str, str] = {}
        self._room = asyncio.Semaphore(_IN_FLIGHT)
        self._all_settled = asyncio.Event()
        self._all_settled.set()

    async def close(self) -> None:
        """Close the REST connections."""
        await self._http.aclose()

    async def enter(self) -> None:
        """Log in; whoever has no account yet signs up with the code from the mail."""
        body = rest.LoginBody(login=self.username, password=PASSWORD)
        try:
            view = await self.call(endpoints.LOGIN, rest.SessionView, body=body)
        except RefusedError as error:
            if error.code not in (ProblemCode.WRONG_CREDENTIALS, ProblemCode.NOT_VERIFIED):
                raise
            view = await self._sign_up()
        self.id = view.person

    async def _sign_up(self) -> rest.SessionView:
        email = f"{self.username}@nexync.test"
        body = rest.RegisterBody(email=email, username=self.username, password=PASSWORD)
        await self.call(endpoints.REGISTER, rest.Accepted, body=body)
        code = await self._code(email)
        verify = rest.VerifyBody(email=email, code=code)
        return await self.call(endpoints.VERIFY, rest.SessionView, body=verify)

    async def _code(self, email: str) -> str:
        """The code in the newest mail to this address."""
        try:
            async with asyncio.timeout(_MAIL_SECONDS):
                while True:
                    answer = await self._http.get(f"{self._mail}/email", params={"sort": "desc"})
                    for mail in answer.raise_for_status().json():
                        mine = any(to["address"] == email for to in mail["to"])
                        found = re.search(r"\b\d{6}\b", mail.get("text", "")) if mine else None
                        if found:
                            return found[0]
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise DevError(f"No mail with a code came to {email} in {_MAIL_SECONDS:g} s.") from None

    async def call(
        self,
        endpoint: Endpoint,
        answer: type[Model],
        *,
        body: BaseModel | None = None,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, int] | None = None,
    ) -> Model:
        """The endpoint's answer; what is only not yet possible is asked again, with the same key.

        Raises `RefusedError`.
        """
        headers = {"Idempotency-Key": _new_id()} if endpoint.idempotent_by_key else {}
        json_body = body.model_dump(mode="json", exclude_none=True) if body is not None else None
        tries = 0
        while True:
            response = await self._http.request(
                endpoint.method,
                endpoint.path.format(**(path or {})),
                params=query,
                json=json_body,
                headers=headers,
            )
            if response.is_success:
                return answer.model_validate_json(response.content)
            tries += 1
            if tries == _TRIES or response.status_code not in (429, 502, 503, 504):
                raise RefusedError(endpoint, _problem(response), response.status_code)
            await asyncio.sleep(_seconds(response.headers.get("Retry-After")))

    async def say(self, lines: Sequence[tuple[ChatId, str]], rate: float) -> None:
        """Send each line once, at most `rate` a second, and wait until all are events.

        After a lost connection what has no outcome is sent again, oldest first. Raises `DevError`.
        """
        began = asyncio.get_running_loop().time()
        left = deque((began + i / rate, chat, body) for i, (chat, body) in enumerate(lines))
        for _ in range(_TRIES):
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._converse(group, left), name=self.username)
            except* (WebSocketException, OSError, TimeoutError):
                await asyncio.sleep(0.5)
            else:
                return
        raise DevError(f"The socket of {self.username} closed {_TRIES} times.")

    async def _converse(
        self, group: asyncio.TaskGroup, left: deque[tuple[float, ChatId, str]]
    ) -> None:
        """One socket: what is open already, then what is left."""
        token = self._http.cookies.get(ACCESS_COOKIE) or ""
        async with connect(
            self._page.replace("http", "ws", 1) + "/ws",
            additional_headers={"Origin": self._page, "Cookie": f"{ACCESS_COOKIE}={token}"},
            compression=None,
            max_size=2**22,
            proxy=None,
        ) as socket:
            reader = group.create_task(self._read(socket), name=f"{self.username} reads")
            await socket.send(frames.ResumeFrame().model_dump_json())
            for frame in tuple(self._open.values()):
                await socket.send(frame)
            while left:
                await asyncio.sleep(max(0.0, left[0][0] - asyncio.get_running_loop().time()))
                async with asyncio.timeout(_SILENCE_SECONDS):
                    await self._room.acquire()
                await socket.send(self._next(left))
            async with asyncio.timeout(_SILENCE_SECONDS):
                await self._all_settled.wait()
            reader.cancel()

    def _next(self, left: deque[tuple[float, ChatId, str]]) -> str:
        """Move one line from what is left to what is open, so that no interruption loses it."""
        _, chat, body = left.popleft()
        identifier = _new_id()
        frame = frames.SendFrame(id=identifier, chat=chat, body=body).model_dump_json()
        self._open[identifier] = frame
        self._all_settled.clear()
        return frame

    async def _read(self, socket: ClientConnection) -> None:
        async for data in socket:
            frame = json.loads(data)
            match frame["t"]:
                case "event" | "accepted":
                    self._settle(frame["id"])
                case "rejected" if frame["id"] in self._open:
                    raise DevError(f"A message of {self.username} was rejected: {frame['code']}.")
                case "retry" if frame["id"] in self._open:
                    await asyncio.sleep(frame["after_ms"] / 1000)
                    await socket.send(self._open[frame["id"]])
                case _:
                    continue
        raise ConnectionError("the server closed the socket")

    def _settle(self, identifier: str) -> None:
        if self._open.pop(identifier, None) is not None:
            self._room.release()
            if not self._open:
                self._all_settled.set()


def _problem(response: httpx.Response) -> Problem | None:
    try:
        return Problem.model_validate_json(response.content)
    except ValueError:
        return None


def _seconds(text: str | None) -> float:
    try:
        return min(5.0, max(0.2, float(text or 0.5)))
    except ValueError:
        return 0.5


def _new_id() -> ClientId:
    """A UUIDv7 (RFC 9562 5.7) of now; server and client are one machine, so their clocks agree."""
    value = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | secrets.randbits(12) << 64
    return ClientId(str(UUID(int=value | 0b10 << 62 | secrets.randbits(62))))
