"""What the HTTP server refuses before a service sees it, said as services say it: as problems."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from nexync_contracts.errors import Problem, ProblemCode
from nexync_runtime.problems import SECURITY_HEADERS, problem_response

MOST_REQUESTS: Final = 2_000
"""In a process at the same time, and connections; one more is answered with 503."""

HEAD_BYTES: Final = 65_536
"""Of a message that are not its body, beyond what came with its first byte; more is answered with 400."""

_GARBLED: Final = Problem(
    title="This is no request that can be read", status=400, code=ProblemCode.VALIDATION
)
_FULL: Final = Problem(
    title="Too much is going on at the moment",
    status=503,
    code=ProblemCode.UNAVAILABLE,
    retry_after=1,
)


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 by llhttp, with a bound for heads, and other words for bytes that are no request."""

    _around = 0
    """Bytes of a message that are not its body, those of the read that it began in left out."""
    _began = False

    def data_received(self, data: bytes) -> None:
        """Feed the parser; too much that is no body is no request."""
        self._around += len(data)
        super().data_received(data)
        if self._began:
            self._around, self._began = 0, False
        if self._around > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A message begins."""
        self._began = True
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._around -= len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Answer and close; what was wrong with the bytes isn't told."""
        del msg
        answer = problem_response(_GARBLED)
        answer.headers.update(SECURITY_HEADERS)
        answer.headers["Connection"] = "close"
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(one) for one in answer.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()


class Bounded:
    """No more than MOST_REQUESTS at the same time reach the application."""

    def __init__(self, app: ASGIApp, state: ServerState, most: int = MOST_REQUESTS) -> None:
        self._app = app
        self._state = state
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The task of this request is among those that are counted."""
        if max(len(self._state.tasks), len(self._state.connections)) <= self._most:
            await self._app(scope, receive, send)
            return
        answer = problem_response(_FULL)
        answer.headers.update(SECURITY_HEADERS)
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)
