"""The session that a log-in opens, and its answer."""

from typing import Protocol

from starlette.responses import Response

from nexync_contracts.ids import PersonId
from nexync_runtime.http import Call, contract_response
from svc_auth.cookies import Cookies
from svc_auth.ports import Standing
from svc_auth.requests import agent_of
from svc_auth.sessions import SessionKeeper, Tokens
from svc_auth.views import session_view


class Whose(Protocol):
    """Who has proved to be somebody."""

    @property
    def person(self) -> PersonId: ...

    @property
    def username(self) -> str: ...


async def opened(
    call: Call, whose: Whose, standing: Standing, *, sessions: SessionKeeper, cookies: Cookies
) -> Tokens:
    """A session in the browser that asks; the one that it had is over. Raises ProblemError."""
    return await sessions.open(
        whose.person,
        whose.username,
        agent_of(call.request),
        standing,
        former=cookies.refresh(call.request),
    )


def logged_in(cookies: Cookies, tokens: Tokens) -> Response:
    """The session, and both tokens in cookies."""
    response = contract_response(session_view(tokens.claims))
    cookies.log_in(response, tokens)
    return response


async def by_two_factors(
    call: Call, whose: Whose, *, sessions: SessionKeeper, cookies: Cookies
) -> Response:
    """A session after both factors, whose challenge is answered."""
    tokens = await opened(call, whose, Standing.TWO_FACTORS, sessions=sessions, cookies=cookies)
    response = logged_in(cookies, tokens)
    cookies.answered(response)
    return response
