"""An application of three endpoints, who may enter, and a way to ask it without a socket."""

from typing import Any

import httpx
from starlette.applications import Starlette

from nexync_contracts import endpoints, message_endpoints, rest
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_contracts.session import AccessClaims
from nexync_runtime.http import Call, Entered, ProblemError, application, routes_of
from nexync_runtime.limiting import Budget, LocalBuckets, Policy

PERSON = PersonId("00000000-0000-4000-8000-000000000001")
CHAT = "00000000-0000-4000-8000-00000000000a"
ORIGIN = "http://nexync.test"


class FakeAccess:
    """Knows one token, and lets so many of its requests through where they are counted."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._buckets = LocalBuckets(lambda: 0.0)
        self._budget = budget

    async def enter(self, token: str | None, cost: int) -> Entered:
        if token != "good":
            raise ProblemError(401, ProblemCode.UNAUTHENTICATED, "Log in first")
        claims = AccessClaims(
            iss="i", aud="a", sub=PERSON, sid=SessionId(CHAT), username="ada", iat=1, exp=2
        )
        if self._budget is None:
            return Entered(claims)
        policy = Policy("session", claims.sid, self._budget)
        return Entered(claims, self._buckets.take([policy], cost))


async def mark(call: Call) -> rest.ReadMarkView:
    body: rest.ReadMarkBody = call.body
    return rest.ReadMarkView(chat=ChatId(CHAT), seq=body.seq, unread=0)


async def timeline(call: Call) -> rest.Accepted:
    return rest.Accepted(status=f"{call.integer('before')} {call.claims.username}")


async def boom(call: Call) -> None:
    msg = "the secret detail"
    raise KeyError(msg)


def app() -> Starlette:
    return application(
        routes_of(
            {
                message_endpoints.READ_MARK: mark,
                message_endpoints.TIMELINE: timeline,
                endpoints.LOGOUT: boom,
            },
            FakeAccess(),
            allowed_origins=[ORIGIN],
        )
    )


async def send(method: str, path: str, **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        http.cookies.set("nexync_access", options.pop("token", "good"))
        return await http.request(method, path, **options)
