"""Cursors: good for one person and one list, opaque, and refused in one clear way otherwise."""

import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import endpoints, group_endpoints, rest, search_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.ids import PersonId, SessionId
from nexync_contracts.session import AccessClaims
from nexync_runtime.cursors import (
    BadCursorError,
    Cursors,
    load_cursors,
    paging,
    scope_of,
)
from nexync_runtime.http import Call, Entered, application, routes_of
from nexync_runtime.key_files import KeyFileError

ADA, BEN = (PersonId(f"00000000-0000-4000-8000-00000000000{end}") for end in "ab")
CHAT = "00000000-0000-4000-8000-00000000000c"
CURSORS = Cursors([bytes(32)])


class Access:
    """The token is the person."""

    async def enter(self, token: str | None, cost: int) -> Entered:
        del cost
        person = PersonId(token or "")
        return Entered(
            AccessClaims(
                iss="i", aud="a", sub=person, sid=SessionId(CHAT), username="ada", iat=1, exp=2
            )
        )


async def list_of(call: Call) -> rest.PeoplePage:
    """Says where it was told to begin."""
    return rest.PeoplePage(people=(), next=f"after {call.text('after')}")


def asker(*paged: Endpoint) -> Callable[..., Awaitable[httpx.Response]]:
    table = {one: paging(one, list_of, CURSORS) for one in paged}
    transport = httpx.ASGITransport(app=application(routes_of(table, Access())))

    async def ask(path: str, person: PersonId = ADA, **query: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            http.cookies.set("nexync_access", person)
            return await http.get(path, params=query)

    return ask


@given(st.text(max_size=80), st.text(max_size=40), st.binary(min_size=32, max_size=32))
def test_what_was_signed_opens(place: str, scope: str, key: bytes) -> None:
    signed = Cursors([key]).sign(scope, ADA, place)
    assert Cursors([bytes(31) + b"x", key]).open(scope, ADA, signed) == place
    assert place not in signed or len(place) < 3
    for foreign in ((scope + "x", ADA), (scope, BEN)):
        with pytest.raises(BadCursorError):
            Cursors([key]).open(*foreign, signed)


@given(st.integers(0, 200), st.integers(0, 7))
def test_no_bit_of_it_can_be_changed(position: int, bit: int) -> None:
    signed = CURSORS.sign("chats", ADA, "1700000000000:" + CHAT)
    data = bytearray(base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)))
    data[position % len(data)] ^= 1 << bit
    forged = base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")
    with pytest.raises(BadCursorError):
        CURSORS.open("chats", ADA, forged)


@pytest.mark.parametrize("text", ["", "x", "%%", "é", "AQ", "a" * 200, "====", "AA" * 40])
def test_anything_else_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursorError):
        CURSORS.open("chats", ADA, text)


async def test_pages_go_on_where_they_ended_and_nowhere_else() -> None:
    """The next page of the same list, whatever its size; not another person's, chat's, or search's."""
    ask = asker(group_endpoints.MEMBERS, search_endpoints.SEARCH, endpoints.CHATS)
    members = f"/api/chats/{CHAT}/members"
    first = (await ask(members, limit=3)).json()["next"]
    assert "after" not in first
    second = await ask(members, after=first, limit=10)
    assert CURSORS.open(f"members chat='{CHAT}'", ADA, second.json()["next"]) == "after after None"
    found = (await ask("/api/search", q="tea")).json()["next"]
    assert (await ask("/api/search", q="tea", after=found)).status_code == 200
    other = CHAT.replace("c", "d")
    for answer in (
        await ask(members, BEN, after=first),
        await ask(f"/api/chats/{other}/members", after=first),
        await ask("/api/chats", after=first),
        await ask("/api/search", q="coffee", after=found),
        await ask("/api/search", q="tea", chat=CHAT, after=found),
        await ask(members, after="forged"),
    ):
        problem = Problem.model_validate_json(answer.content)
        assert (answer.status_code, problem.code) == (400, ProblemCode.BAD_CURSOR)
        assert "query.after" in (problem.detail or "")


def test_the_size_of_a_page_is_no_part_of_the_list() -> None:
    query = {"q": "tea", "limit": 3, "after": "x", "chat": None}
    assert scope_of(search_endpoints.SEARCH, {}, query) == "search q='tea'"


def test_every_signed_cursor_fits_its_parameter() -> None:
    """The longest places that lists make: a search's, which has a stream and two numbers."""
    place = base64.urlsafe_b64encode(f"w:1000:{2**53}:{2**53}:c:{CHAT}".encode()).decode()
    paged = [one for one in ENDPOINTS if one.paged]
    assert len(paged) >= 4
    for one in paged:
        (after,) = (query for query in one.query if query.name == "after")
        assert len(CURSORS.sign(one.name, ADA, place)) <= after.maximum


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "has 0 keys"), ("x", "key 1"), (("A" * 43 + "=\n") * 11, "has 11 keys"), (None, "Error")],
)
def test_a_key_file_that_is_wrong_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "keys"
    if text is not None:
        path.write_text(text)
    with pytest.raises(KeyFileError, match="NEXYNC_CURSOR_KEY_FILE") as caught:
        load_cursors(path)
    assert said in str(caught.value)


def test_an_old_key_still_opens(tmp_path: Path) -> None:
    """A new key goes before the old one, and nobody falls out of a list."""
    path = tmp_path / "keys"
    old = base64.b64encode(bytes(32)).decode()
    path.write_text(f"{old}\n")
    signed = load_cursors(path).sign("chats", ADA, "here")
    path.write_text(f"{base64.b64encode(b'n' * 32).decode()}\n{old}\n")
    both = load_cursors(path)
    assert both.open("chats", ADA, signed) == "here"
    assert both.sign("chats", ADA, "here") != signed
