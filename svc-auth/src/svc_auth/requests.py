"""What the routes take from a request, and what they answer when too much waits."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from nexync_runtime.http import Call, Handler
from svc_auth.errors import busy
from svc_auth.passwords import BusyError


def unless_busy(handler: Callable[[Call], Awaitable[BaseModel | Response]]) -> Handler:
    """The handler, with 503 for hashes that would have to wait too long."""

    async def guarded(call: Call) -> BaseModel | Response:
        try:
            return await handler(call)
        except BusyError:
            raise busy() from None

    return guarded


def address_of(request: Request) -> str:
    """The client's network address; behind the edge uvicorn takes it from X-Forwarded-For."""
    return request.client.host if request.client is not None else "unknown"


def agent_of(request: Request) -> str:
    """The browser's name for itself."""
    return request.headers.get("user-agent", "")
