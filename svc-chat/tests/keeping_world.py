"""Kept answers over fakes: the store, the chat that they are of, and the kept endpoints over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from nexync_contracts import endpoints, message_endpoints, own_endpoints, profile_endpoints, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ChatId, PersonId, SessionId, Stream, chat_stream
from nexync_contracts.session import AccessClaims
from nexync_runtime.http import Call, Entered, application, routes_of
from svc_chat.errors import UnmovedError, WindowsAwayError
from svc_chat.keeping import Keeping, Moment, Standing, Version
from svc_chat.pacing import Pace
from svc_chat.ports import KeptAnswers, StoredHead, WindowHead, WindowHeads
from svc_chat.routes_kept import KEPT, keeping, made_of, moving

ADA, BEN = (PersonId(f"00000000-0000-4000-8000-00000000000{end}") for end in "ab")
CHAT = ChatId("00000000-0000-4000-8000-00000000000c")
PLACE = 3
ONE = Version("one", 60)
HEAD = WindowHead(1, 9, 4)


@dataclass
class Shelf:
    """The store of the answers and of the revisions, in memory. `turn` lets others go first at any moment."""

    answers: dict[str, bytes] = field(default_factory=dict[str, bytes])
    leads: set[str] = field(default_factory=set[str])
    words: dict[str, int] = field(default_factory=dict[str, int])
    away: bool = False
    turn: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)

    async def get(self, key: str) -> bytes | None:
        await self.turn()
        return self.answers.get(key)

    async def put(self, key: str, body: bytes, seconds: int) -> None:
        assert seconds > 0
        await self.turn()
        self.answers[key] = body

    async def get_or_lead(self, key: str) -> tuple[bytes | None, bool]:
        await self.turn()
        body = self.answers.get(key)
        first = body is None and key not in self.leads
        self.leads |= {key} if first else set()
        return body, first

    async def read(self, names: Sequence[str]) -> tuple[str, ...] | None:
        await self.turn()
        return None if self.away else tuple(str(self.words.setdefault(one, 0)) for one in names)

    async def move(self, names: Sequence[str]) -> None:
        await self.turn()
        if self.away:
            raise UnmovedError
        for name in names:
            self.words[name] = self.words.get(name, 0) + 1


async def no_time(_: float) -> None:
    await asyncio.sleep(0)


def at_once() -> Pace:
    """A pace whose seconds pass by being counted."""
    now = iter(range(10**9))
    return Pace(lambda: next(now) / 100, no_time)


class Made:
    """Answers, counted."""

    def __init__(self, *, may: bool = True, size: int = 3) -> None:
        self.count = 0
        self.may = may
        self.size = size
        self.gate: asyncio.Event | None = None

    async def __call__(self) -> tuple[bytes, bool]:
        self.count += 1
        number = self.count
        if self.gate is not None:
            await self.gate.wait()
        return b"%d" % number + b" " * self.size, self.may


async def always() -> Version | None:
    return ONE


def claims_of(person: str) -> AccessClaims:
    session = SessionId(CHAT)
    return AccessClaims(
        iss="i", aud="a", sub=PersonId(person), sid=session, username="ada", iat=1, exp=2
    )


class Access:
    """The token is the person."""

    async def enter(self, token: str | None, cost: int) -> Entered:
        del cost
        return Entered(claims_of(token or ""))


@dataclass
class Chat:
    """A chat's head as the windows and Postgres know it."""

    head: WindowHead | None = HEAD
    stored: int = 9
    live: bool = True
    away: bool = False

    async def partition_of(self, stream: Stream) -> int | None:
        return PLACE if stream == chat_stream(CHAT) else None

    async def heads(
        self, streams: Sequence[Stream], partitions: object = None
    ) -> WindowHeads | dict[Stream, StoredHead]:
        if partitions is None:
            return dict.fromkeys(streams, StoredHead(PLACE, 1, self.stored, 4, 0))
        if self.away:
            raise WindowsAwayError
        found = {} if self.head is None else dict.fromkeys(streams, self.head)
        return WindowHeads(found, frozenset({PLACE} if self.live else ()))


class World:
    """The kept endpoints over HTTP, with a value that they all show and that changes set."""

    def __init__(self, shelf: KeptAnswers | None = None, revisions: object = None) -> None:
        self.shelf = Shelf()
        self.chat = Chat()
        self.value = 0
        self.reads = 0
        self.in_chat = True
        chat: object = self.chat
        standing = Standing(chat, chat, revisions or self.shelf)  # type: ignore[arg-type] # one stands for all
        keep = Keeping(shelf or self.shelf, at_once)
        table = {one: keeping(one, self._read_of(one), keep, standing) for one in KEPT}
        for one in (
            own_endpoints.KEEP_DRAFT,
            profile_endpoints.BLOCK,
            endpoints.ASK,
            profile_endpoints.SET_PROFILE,
        ):
            table[one] = moving(one, self._write, standing)
        app = application(routes_of(table, Access()))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x")

    def _read_of(
        self, endpoint: Endpoint
    ) -> Callable[[Call], Awaitable[rest.PeoplePage | rest.TimelinePage]]:
        async def read(call: Call) -> rest.PeoplePage | rest.TimelinePage:
            self.reads += 1
            value = self.value
            stood = self.chat.head or WindowHead(1, self.chat.stored, 4)
            await self.shelf.turn()
            if endpoint is not message_endpoints.TIMELINE:
                return rest.PeoplePage(people=(), next=str(value))
            made_of(call, Moment(stood, self.in_chat))
            return rest.TimelinePage(
                chat=CHAT, epoch=1, as_of=stood.seq, items=(), before=value + 1
            )

        return read

    async def _write(self, _: Call) -> rest.PersonView:
        await self.shelf.turn()
        self.value += 1
        value = self.value
        await self.shelf.turn()
        return rest.PersonView(person=BEN, username="ben", name="Ben", mutual=value)

    async def get(self, path: str, person: PersonId = ADA, **query: int) -> httpx.Response:
        self.http.cookies.set("nexync_access", person)
        return await self.http.get(path, params=query)

    async def page(self, **query: int) -> dict[str, int]:
        answer = await self.get(f"/api/chats/{CHAT}/timeline", ADA, **query)
        assert answer.status_code == 200
        return answer.json()
