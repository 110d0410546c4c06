"""Cursors of lists: opaque to clients, signed, and good only for the person and the list that they were made for."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId
from nexync_runtime.http import Call, Handler
from nexync_runtime.key_files import read_keys
from nexync_runtime.problems import ProblemError

VERSION: Final = 1
KEYS_MAX: Final = 10
_MAC_BYTES: Final = 16
_LEAST: Final = 1 + _MAC_BYTES
_NO_PART: Final = frozenset({"after", "limit", "at_least"})
"""Query parameters that may change from page to page of one list."""


class BadCursorError(Exception):
    """Not a cursor of this version for this person and list."""


class Cursors:
    """Signs and opens them. The first key signs, all of them open, so that a key can be replaced without a jolt."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def sign(self, scope: str, person: PersonId, place: str) -> str:
        """The cursor for a place in a list; `scope` says which list."""
        said = place.encode()
        mac = _mac(self._keys[0], scope, person, said)
        return base64.urlsafe_b64encode(bytes([VERSION]) + mac + said).decode().rstrip("=")

    def open(self, scope: str, person: PersonId, text: str) -> str:
        """The place that was signed. Raises BadCursorError."""
        try:
            padded = text + "=" * (-len(text) % 4)
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise BadCursorError from None
        if len(data) < _LEAST or data[0] != VERSION:
            raise BadCursorError
        mac, said = data[1:_LEAST], data[_LEAST:]
        if not any(hmac.compare_digest(mac, _mac(key, scope, person, said)) for key in self._keys):
            raise BadCursorError
        return said.decode()


def _mac(key: bytes, scope: str, person: PersonId, said: bytes) -> bytes:
    """Over all parts with their lengths, so that no two ways to cut them are the same."""
    parts = (b"nexync cursor", bytes([VERSION]), scope.encode(), person.encode(), said)
    text = b"".join(len(part).to_bytes(4) + part for part in parts)
    return hmac.digest(key, text, hashlib.sha256)[:_MAC_BYTES]


def load_cursors(path: Path) -> Cursors:
    """By the keys in a file. Raises KeyFileError."""
    return Cursors(read_keys("NEXYNC_CURSOR_KEY_FILE", path, most=KEYS_MAX))


def scope_of(endpoint: Endpoint, path: Mapping[str, str], query: Mapping[str, Any]) -> str:
    """Which list a request pages through: the endpoint with all that chooses what is in the list."""
    chosen = {**path, **{name: it for name, it in query.items() if name not in _NO_PART}}
    parts = (f"{name}={chosen[name]!r}" for name in sorted(chosen) if chosen[name] is not None)
    return " ".join((endpoint.name, *parts))


def paging(endpoint: Endpoint, handler: Handler, cursors: Cursors) -> Handler:
    """The handler of a paged endpoint: its `after` is opened before it, its `next` signed after it."""

    async def answer(call: Call) -> BaseModel | Response | None:
        person = call.claims.sub
        scope = scope_of(endpoint, call.path, call.query)
        after = call.text("after")
        if after is not None:
            call = replace(
                call, query={**call.query, "after": _opened(cursors, scope, person, after)}
            )
        page = await handler(call)
        following = getattr(page, "next", None)
        if not isinstance(page, BaseModel) or following is None:
            return page
        return page.model_copy(update={"next": cursors.sign(scope, person, following)})

    return answer


def _opened(cursors: Cursors, scope: str, person: PersonId, text: str) -> str:
    try:
        return cursors.open(scope, person, text)
    except BadCursorError:
        raise ProblemError(
            400,
            ProblemCode.BAD_CURSOR,
            "This is not a cursor of this list",
            detail="query.after: take `next` of the page before, of the same list and the same person",
        ) from None
