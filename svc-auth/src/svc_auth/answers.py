"""The answer to a log-in that is done."""

from starlette.responses import Response

from nexync_contracts.rest import SessionView
from nexync_runtime.http import contract_response
from svc_auth.cookies import Cookies
from svc_auth.sessions import Tokens


def logged_in(cookies: Cookies, tokens: Tokens) -> Response:
    """The session, and both tokens in cookies."""
    claims = tokens.claims
    view = SessionView(
        person=claims.sub,
        username=claims.username,
        session=claims.sid,
        expires_at=claims.exp * 1000,
    )
    response = contract_response(view)
    cookies.log_in(response, tokens)
    return response
