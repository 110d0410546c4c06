"""Reading much: a page of a chat of a million events, search in a million messages, a list of 500 chats.

Requests go to svc-chat itself over one kept connection, one after another, each a different question, so that no kept
answer is measured. What came is read by the contracts once it was timed. The floor of a page is its 50 rows by one
statement over one connection of the same machine; that of a request is one that asks nothing of Postgres.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

import psycopg

from nexync_bench.asking import Asking, asking
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
            headers = {"Cookie": cookie(reader), "Origin": wires.page}
            async with asking(instance.port("chat"), headers) as http:
                measured = _Measured(instance)
                figures = (
                    *await _pages(wires, http, stock, measured),
                    *await _lists(http, measured),
                    *await _searches(http, stock, measured),
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


@dataclass(frozen=True, slots=True)
class _Took:
    """Milliseconds of each request, ascending, and CPU milliseconds of one in svc-chat and in Postgres."""

    wall: Sequence[float]
    chat: float
    postgres: float

    @property
    def p95(self) -> float:
        return self.wall[int(len(self.wall) * 0.95)]


class _Measured:
    """Times requests. Their CPU time says what they cost, however busy the machine is with other things."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    async def __call__(self, ask: Callable[[int], Awaitable[object]], count: int) -> _Took:
        """Of `count` requests; some before them are not counted."""
        for number in range(_WARM):
            await ask(number)
        took: list[float] = []
        chat, postgres = self._cpu()
        for number in range(_WARM, count + _WARM):
            began = time.perf_counter()
            await ask(number)
            took.append((time.perf_counter() - began) * 1000)
        chat_after, postgres_after = self._cpu()
        each = 1000 / count
        return _Took(sorted(took), (chat_after - chat) * each, (postgres_after - postgres) * each)

    def _cpu(self) -> tuple[float, float]:
        return self._instance.cpu("chat"), self._instance.cpu("postgres")


def _figure(name: str, took: _Took, aim: str = "", note: str = "") -> Figure:
    text = f"p50 {median(took.wall):.1f} ms, p95 {took.p95:.1f} ms"
    spent = f"CPU of svc-chat {took.chat:.1f} ms, of Postgres {took.postgres:.1f} ms"
    return Figure(name, text, aim, f"{note}; {spent}" if note else spent)


async def _pages(wires: Wires, http: Asking, stock: Stock, measured: _Measured) -> list[Figure]:
    dice = random.Random(3)
    places = [dice.randrange(1_000, EVENTS) for _ in range(_TIMES + _WARM)]
    async with await psycopg.AsyncConnection.connect(wires.postgres, autocommit=True) as connection:

        async def bare(number: int) -> None:
            asked = (chat_stream(stock.large), places[number], _CHANGES, TIMELINE_PAGE)
            await (await connection.execute(_PAGE, asked)).fetchall()

        floor = await measured(bare, _TIMES)

    async def of(chat: ChatId, before: int) -> None:
        query = {"before": before, "limit": TIMELINE_PAGE}
        await _asked(http, f"/api/chats/{chat}/timeline", query)

    large = await measured(lambda number: of(stock.large, places[number]), _TIMES)
    small = await measured(lambda number: of(stock.others[number % CHATS], 90), _TIMES)
    idle = await measured(lambda _: _asked(http, "/api/people", {"q": " "}), _TIMES)
    nothing = await measured(lambda _: _asked(http, "/api/people", {"q": "zzzzzzzz"}), _TIMES)
    page, page_of_small, bare_page = (median(one.wall) for one in (large, small, floor))
    return [
        _figure("its 50 rows by one statement: the bare SQL", floor),
        _figure("a request that asks nothing of Postgres", idle, "", "HTTP, session, limits"),
        _figure("a request that finds nothing", nothing, "", "people by a name"),
        _figure("a page of 50 of the large chat", large),
        _figure("a page of 50 of a chat of 100", small),
        Figure(
            "a page of the large chat beside the bare SQL, by p50",
            f"{page / bare_page:.1f} times",
            "≤ 2 times",
            f"{(page - median(idle.wall)) / bare_page:.1f} times without the request that asks nothing",
        ),
        Figure(
            "a page of the large chat beside one of the small, by p50",
            f"{page / page_of_small:.2f} times",
            "",
            "what its size costs",
        ),
    ]


async def _asked(http: Asking, path: str, query: Mapping[str, str | int]) -> bytes:
    """The answer. Raises RuntimeError for anything but 200."""
    status, body = await http.get(path, query)
    if status != _OK:
        msg = f"{path} {query} answered {status}: {body[:200]!r}"
        raise RuntimeError(msg)
    return body


async def _lists(http: Asking, measured: _Measured) -> list[Figure]:
    async def page(limit: int, after: str | None = None) -> bytes:
        query: dict[str, str | int] = {"limit": limit}
        if after is not None:
            query["after"] = after
        return await _asked(http, "/api/chats", query)

    async def following() -> list[str]:
        """The cursors of all pages but the first. Raises RuntimeError when chats are missing."""
        read = ChatsPage.model_validate_json(await page(PAGE_MAX))
        found, cursors = len(read.chats), list[str]()
        while read.next is not None:
            cursors.append(read.next)
            read = ChatsPage.model_validate_json(await page(PAGE_MAX, read.next))
            found += len(read.chats)
        if found < CHATS:
            msg = f"the list has {found} chats"
            raise RuntimeError(msg)
        return cursors

    cursors = [None, *await following()]

    async def whole(_: int) -> None:
        for after in cursors:
            await page(PAGE_MAX, after)

    first = await measured(lambda _: page(50), _TIMES // 2)
    every = await measured(whole, _TIMES // 8)
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


async def _searches(http: Asking, stock: Stock, measured: _Measured) -> list[Figure]:
    figures: list[Figure] = []
    for name, texts in _questions(stock).items():
        bodies: list[bytes] = []

        async def one(
            number: int, texts: Sequence[str] = texts, bodies: list[bytes] = bodies
        ) -> None:
            status, body = await http.get("/api/search", {"q": texts[number % len(texts)]})
            if status == _OK:
                bodies.append(body)

        took = await measured(one, _SEARCHES)
        pages = [SearchPage.model_validate_json(body) for body in bodies]
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
