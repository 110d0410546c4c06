"""The answer to a log-in that is done."""

from starlette.responses import Response

from nexync_runtime.http import contract_response
from svc_auth.cookies import Cookies
from svc_auth.sessions import Tokens
from svc_auth.views import session_view


def logged_in(cookies: Cookies, tokens: Tokens) -> Response:
    """The session, and both tokens in cookies."""
    response = contract_response(session_view(tokens.claims))
    cookies.log_in(response, tokens)
    return response
