"""Reading much: a page of a chat of a million events, search in a million messages, a list of 500 chats.

Requests go to svc-chat itself, one after another, each a different question, so that no kept answer is measured.
The floor of a page is its 50 rows by one statement over one connection of the same machine.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from statistics import median
from typing import Final

import httpx
import psycopg

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import Instance, cookie, owners
from nexync_bench.stock import CHATS, EVENTS, Stock, stocked
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import PAGE_MAX, TIMELINE_PAGE
from nexync_contracts.rest import ChatsPage
from nexync_contracts.search_rest import SearchPage
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

_TIMES: Final = 200
_SEARCHES: Final = 60
_WARM: Final = 5
_OK: Final = 200

_PAGE: Final = (
    "SELECT stream, log_epoch, seq, n, at, id, sender, event::text FROM events"
    " WHERE stream = %s AND seq < %s AND tag <> ALL(%s) ORDER BY seq DESC LIMIT %s"
)
_CHANGES: Final = ["message.edited", "message.deleted", "message.reacted"]


async def reading(wires: Wires) -> Section:
    """All figures; the data is made before and dropped afterwards."""
    instance = Instance()
    async with owners(wires, 1) as people:
        (reader, chat) = people[0]
        place = await placed(wires, chat)
        async with _stocked(wires, reader.id, place) as stock:
            # Making it takes longer than a token lives.
            await reader.rest.refresh()
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{instance.port('chat')}",
                headers={"Cookie": cookie(reader), "Origin": wires.page},
                timeout=30,
                trust_env=False,
            ) as http:
                figures = (
                    *await _pages(wires, http, stock),
                    *await _lists(http),
                    *await _searches(http, stock),
                )
    title = f"Reading: a chat of {EVENTS:,} events, and {CHATS} others"
    return Section(title, "python -m nexync_bench reading", figures)


@asynccontextmanager
async def _stocked(wires: Wires, reader: PersonId, place: tuple[int, int]) -> AsyncGenerator[Stock]:
    stock = stocked(wires.postgres, reader, *place)
    made = await asyncio.to_thread(stock.__enter__)
    try:
        yield made
    finally:
        await asyncio.to_thread(stock.__exit__, None, None, None)


async def placed(wires: Wires, chat: ChatId) -> tuple[int, int]:
    """Partition and log epoch of a chat, once Postgres has it."""

    async def probe() -> tuple[int, int] | None:
        async with await psycopg.AsyncConnection.connect(wires.postgres) as connection:
            query = "SELECT partition, log_epoch FROM streams WHERE id = %s"
            row = await (await connection.execute(query, (chat_stream(chat),))).fetchone()
            return None if row is None else (row[0], row[1])

    return await until(probe, "the chat in Postgres", seconds=30)


async def _timed(ask: Callable[[int], Awaitable[object]], count: int) -> list[float]:
    """Milliseconds of each, ascending; the first ones are not counted."""
    took: list[float] = []
    for number in range(count + _WARM):
        began = time.perf_counter()
        await ask(number)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took[_WARM:])


def _p95(took: Sequence[float]) -> float:
    return took[int(len(took) * 0.95)]


def _figure(name: str, took: Sequence[float], aim: str = "", note: str = "") -> Figure:
    text = f"p50 {median(took):.1f} ms, p95 {_p95(took):.1f} ms"
    return Figure(name, text, aim, note)


async def _pages(wires: Wires, http: httpx.AsyncClient, stock: Stock) -> list[Figure]:
    dice = random.Random(3)
    places = [dice.randrange(1_000, EVENTS) for _ in range(_TIMES + _WARM)]
    async with await psycopg.AsyncConnection.connect(wires.postgres, autocommit=True) as connection:

        async def bare(number: int) -> None:
            asked = (chat_stream(stock.large), places[number], _CHANGES, TIMELINE_PAGE)
            await (await connection.execute(_PAGE, asked)).fetchall()

        floor = await _timed(bare, _TIMES)

    async def of(chat: ChatId, before: int) -> None:
        query = {"before": before, "limit": TIMELINE_PAGE}
        await _asked(http, f"/api/chats/{chat}/timeline", query)

    large = await _timed(lambda number: of(stock.large, places[number]), _TIMES)
    small = await _timed(lambda number: of(stock.others[number % CHATS], 90), _TIMES)
    nothing = await _timed(lambda _: _asked(http, "/api/people", {"q": "zzzzzzzz"}), _TIMES)
    return [
        _figure("its 50 rows by one statement: the bare SQL", floor),
        _figure(
            "a request that finds nothing", nothing, "", "people by a name: HTTP, session, limits"
        ),
        _figure("a page of 50 of the large chat", large),
        _figure("a page of 50 of a chat of 100", small),
        Figure(
            "a page of the large chat beside the bare SQL, by p50",
            f"{median(large) / median(floor):.1f} times",
            "≤ 2 times",
            "what became of the messages, the window, JSON and HTTP are in the page",
        ),
        Figure(
            "a page of the large chat beside one of the small, by p50",
            f"{median(large) / median(small):.2f} times",
            "",
            "what its size costs",
        ),
    ]


async def _asked(http: httpx.AsyncClient, path: str, query: Mapping[str, str | int]) -> bytes:
    """The answer. Raises RuntimeError for anything but 200."""
    answer = await http.get(path, params=query)
    if answer.status_code != _OK:
        msg = f"{path} {query} answered {answer.status_code}: {answer.text[:200]}"
        raise RuntimeError(msg)
    return answer.content


async def _lists(http: httpx.AsyncClient) -> list[Figure]:
    async def page(limit: int, after: str | None = None) -> ChatsPage:
        query: dict[str, str | int] = {"limit": limit}
        if after is not None:
            query["after"] = after
        return ChatsPage.model_validate_json(await _asked(http, "/api/chats", query))

    async def whole(_: int) -> None:
        page_of = await page(PAGE_MAX)
        found = len(page_of.chats)
        while page_of.next is not None:
            page_of = await page(PAGE_MAX, page_of.next)
            found += len(page_of.chats)
        if found < CHATS:
            msg = f"the list has {found} chats"
            raise RuntimeError(msg)

    first = await _timed(lambda _: page(50), _TIMES // 2)
    every = await _timed(whole, _TIMES // 8)
    return [
        _figure(f"the list of {CHATS} chats with unread, its first 50", first, "≤ 30 ms"),
        _figure(f"all {CHATS} of them, in three requests", every),
    ]


def _questions(stock: Stock) -> dict[str, list[str]]:
    """What is searched for: by its name several texts, asked in turn."""
    return {
        "a word of two messages in three": [stock.common],
        "a word of 1 message in 300": list(stock.usual),
        "a word of 20 messages in a million": list(stock.rare),
        "two words": [f"{one} {other}" for one, other in pairwise(stock.usual)],
        "a word and from:": [f"{word} from:{stock.sender}" for word in stock.usual],
        "a word and before:": [f"{word} before:2100-01-15" for word in stock.usual],
        "a word and in:": [f"{word} in:{stock.large}" for word in stock.usual],
        "from: alone": [f"from:{stock.sender}"],
        "a part of a word": [word[1:] for word in stock.rare],
        "two letters, a sign, and nothing there": ["zq", "😀", "qqxqq"],
    }


async def _searches(http: httpx.AsyncClient, stock: Stock) -> list[Figure]:
    figures: list[Figure] = []
    for name, texts in _questions(stock).items():
        pages: list[SearchPage] = []

        async def one(
            number: int, texts: Sequence[str] = texts, pages: list[SearchPage] = pages
        ) -> None:
            answer = await http.get("/api/search", params={"q": texts[number % len(texts)]})
            if answer.status_code == _OK:
                pages.append(SearchPage.model_validate_json(answer.content))

        took = await _timed(one, _SEARCHES)
        figures.append(_figure(f"search: {name}", took, "p95 ≤ 100 ms", _answers(pages)))
    return figures


def _answers(pages: Sequence[SearchPage]) -> str:
    """What came back, in words; what was refused took too long."""
    hits = sum(len(page.hits) for page in pages) / max(1, len(pages))
    partial = sum(page.partial for page in pages)
    refused = _SEARCHES + _WARM - len(pages)
    words = [f"{hits:.0f} hits"]
    words += [f"{partial} times among the newest alone"] if partial else []
    words += [f"{refused} refused"] if refused else []
    return ", ".join(words)
