"""The opening handshake without I/O: path, Origin, the token of cookie or bot. RFC 6455 4.2 is `websockets`' part."""

from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Final, NamedTuple

from websockets.datastructures import MultipleValuesError
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Origin

from nexync_contracts.channels import ACCESS_COOKIE, BOT_TOKEN_PREFIX, cookie_name

RETRY_AFTER_SECONDS: Final = 1
"""Another gateway may have room at once."""

PATH: Final = "/ws"
HEAD_BYTES: Final = 16_384
"""The request line and headers together; a longer head is cut off."""

_END: Final = b"\r\n\r\n"


class Judged(NamedTuple):
    """The HTTP answer, and whether it opens the socket; `token` is the access token or a bot's, if one came."""

    response: bytes
    opened: bool
    token: str | None


def head_end(data: bytes) -> int:
    """Where the request's head ends (the first byte after it), or -1 while it is incomplete."""
    found = data.find(_END)
    return -1 if found < 0 else found + len(_END)


def judge(
    head: bytes, origins: Sequence[str], *, full: bool = False, leaving: bool = False
) -> Judged:
    """Judge one request. A foreign or missing Origin is 403, another path 404, a full or leaving gateway 503.

    A bot's token stands for the Origin: no page can add that header. The token is only read here: a socket opens
    for any token and is then closed with 4401, because a page can read a close code but not the status of a
    refused handshake.
    """
    protocol = ServerProtocol(max_size=0)
    protocol.receive_data(head)
    events = protocol.events_received()
    if not events or not isinstance(events[0], Request):
        response = b"".join(protocol.data_to_send()) or _BAD_REQUEST
        return Judged(response, opened=False, token=None)
    request = events[0]
    bot = _bot_token(request)
    if bot is None:
        protocol.origins = [Origin(origin) for origin in origins]
    if request.path.partition("?")[0] != PATH:
        response = protocol.reject(404, "There is only /ws here.\n")
    elif full or leaving:
        response = protocol.reject(503, "This gateway takes no more, try again.\n")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    else:
        response = protocol.accept(request)
    protocol.send_response(response)
    data = b"".join(protocol.data_to_send())
    opened = response.status_code == 101
    cookie = cookie_name(ACCESS_COOKIE, origins)
    return Judged(data, opened, (bot or _token(request, cookie)) if opened else None)


def _bot_token(request: Request) -> str | None:
    """The token in `Authorization: Bearer …`, if it is a bot's."""
    try:
        scheme, _, token = (request.headers.get("Authorization") or "").partition(" ")
    except MultipleValuesError:
        return None
    return token if scheme.lower() == "bearer" and token.startswith(BOT_TOKEN_PREFIX) else None


def _token(request: Request, cookie: str) -> str | None:
    try:
        header = request.headers.get("Cookie")
        if header is None:
            return None
        morsel = SimpleCookie(header).get(cookie)
    except (MultipleValuesError, CookieError):
        return None
    return None if morsel is None or not morsel.value else morsel.value


_BAD_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
