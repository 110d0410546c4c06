"""Kept answers: never from before a change that was answered, made once for many who ask, and no burden when away."""

import asyncio
import os
import random
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
import redis.asyncio
import redis.exceptions
from hypothesis import given, settings
from hypothesis import strategies as st

from nexync_contracts import endpoints, group_endpoints, own_endpoints, profile_endpoints, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import ChatId, PersonId, SessionId, Stream, chat_stream
from nexync_contracts.session import AccessClaims
from nexync_runtime.http import Call, application, routes_of
from nexync_runtime.redis_client import open_redis
from svc_chat.adapters.kept import AWAY_SECONDS, RedisKept, RedisRevisions
from svc_chat.errors import UnmovedError, WindowsAwayError
from svc_chat.keeping import EVERYBODY, KEPT_BYTES, Keeping, Standing, Version, revision_of
from svc_chat.pacing import Pace
from svc_chat.ports import KeptAnswers, StoredHead, WindowHead, WindowHeads
from svc_chat.routes_kept import KEPT, keeping, moving

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

    async def lead(self, key: str) -> bool:
        await self.turn()
        first = key not in self.leads
        self.leads.add(key)
        return first

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


async def test_the_second_who_asks_gets_what_was_kept() -> None:
    keep, made = Keeping(Shelf(), at_once), Made()
    first = await keep.answer("x", "q", always, made)
    assert await keep.answer("x", "q", always, made) == first
    assert await keep.answer("x", "other", always, made) != first
    assert made.count == 2


@pytest.mark.parametrize("made", [Made(may=False), Made(size=KEPT_BYTES)])
async def test_what_may_not_be_kept_is_made_each_time(made: Made) -> None:
    shelf = Shelf()
    keep = Keeping(shelf, at_once)
    for _ in range(2):
        await keep.answer("x", "q", always, made)
    assert (made.count, shelf.answers) == (2, {})


async def test_a_version_that_moved_meanwhile_is_not_kept() -> None:
    """What was read while a backend came or went may be of any moment."""
    shelf, found = Shelf(), iter([ONE, Version("two", 60), ONE, None])

    async def versions() -> Version | None:
        return next(found)

    keep = Keeping(shelf, at_once)
    for _ in range(2):
        await keep.answer("x", "q", versions, Made())
    assert shelf.answers == {}


async def test_many_who_ask_at_once_are_answered_by_one() -> None:
    """In one process by one flight; in another one by its lease."""
    shelf, made = Shelf(), Made()
    made.gate = asyncio.Event()
    here, there = Keeping(shelf, at_once), Keeping(shelf, lambda: Pace(sleep=asyncio.sleep))
    asked = [
        asyncio.create_task(keep.answer("x", "q", always, made))
        for keep in (here, there)
        for _ in range(50)
    ]
    for _ in range(20):
        await asyncio.sleep(0)
    made.gate.set()
    assert set(await asyncio.gather(*asked)) == {b"1   "}
    assert made.count == 1


async def test_who_waits_for_one_that_fails_or_leaves_asks_for_themselves() -> None:
    shelf, made = Shelf(), Made()
    keep = Keeping(shelf, at_once)
    gate = asyncio.Event()

    async def fails() -> tuple[bytes, bool]:
        await gate.wait()
        raise ValueError

    for leaving in (False, True):
        gate.clear()
        first = asyncio.create_task(keep.answer("x", f"q {leaving}", always, fails))
        await asyncio.sleep(0.001)
        second = asyncio.create_task(keep.answer("x", f"q {leaving}", always, made))
        await asyncio.sleep(0.001)
        if leaving:
            first.cancel()
        gate.set()
        with pytest.raises((ValueError, asyncio.CancelledError)):
            await first
        assert (await second).startswith(b"1" if not leaving else b"2")


async def test_who_leaves_takes_nobody_along() -> None:
    """The one that waits is cancelled; the one that makes the answer is not."""
    made = Made()
    made.gate = asyncio.Event()
    keep = Keeping(Shelf(), at_once)
    first = asyncio.create_task(keep.answer("x", "q", always, made))
    await asyncio.sleep(0.001)
    second = asyncio.create_task(keep.answer("x", "q", always, made))
    await asyncio.sleep(0.001)
    second.cancel()
    made.gate.set()
    assert (await first).startswith(b"1")
    assert made.count == 1


async def test_a_lease_whose_owner_died_holds_nobody_up() -> None:
    """The wait has its bound; then one asks for oneself."""
    shelf = Shelf()

    async def never(_: str) -> bool:
        return False

    shelf.lead = never  # type: ignore[method-assign] # somebody else has every lease
    assert await Keeping(shelf, at_once).answer("x", "q", always, Made()) == b"1   "


def claims_of(person: str) -> AccessClaims:
    session = SessionId(CHAT)
    return AccessClaims(
        iss="i", aud="a", sub=PersonId(person), sid=session, username="ada", iat=1, exp=2
    )


class Access:
    """The token is the person."""

    async def claims(self, token: str | None) -> AccessClaims:
        return claims_of(token or "")


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
        table = {
            one: keeping(one, self._read_of(one), keep, standing, self._present) for one in KEPT
        }
        for one in (
            own_endpoints.KEEP_DRAFT,
            profile_endpoints.BLOCK,
            endpoints.ASK,
            profile_endpoints.SET_PROFILE,
        ):
            table[one] = moving(one, self._write, standing)
        app = application(routes_of(table, Access()))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x")

    async def _present(self, person: PersonId, chat: ChatId) -> bool:
        assert (person, chat) == (ADA, CHAT)
        return self.in_chat

    def _read_of(
        self, endpoint: Endpoint
    ) -> Callable[[Call], Awaitable[rest.PeoplePage | rest.TimelinePage]]:
        async def read(_: Call) -> rest.PeoplePage | rest.TimelinePage:
            self.reads += 1
            value = self.value
            await self.shelf.turn()
            if endpoint is not endpoints.TIMELINE:
                return rest.PeoplePage(people=(), next=str(value))
            head = 0 if self.chat.head is None else self.chat.head.seq
            return rest.TimelinePage(chat=CHAT, epoch=1, as_of=head, items=(), before=value + 1)

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


async def test_a_page_below_the_head_outlives_new_messages_and_nothing_else() -> None:
    """Messages that come leave it alone, and it says that it holds for them; an edit doesn't."""
    world = World()
    assert (await world.page(before=5))["as_of"] == 9
    world.chat.head = WindowHead(1, 12, 7)
    assert (await world.page(before=5))["as_of"] == 12
    assert (await world.page(before=5, at_least=12))["as_of"] == 12
    assert world.reads == 1
    for moved in (WindowHead(1, 13, 7), WindowHead(2, 13, 7)):
        world.chat.head = moved
        await world.page(before=5)
    assert world.reads == 3


async def test_the_newest_page_is_kept_until_anything_comes() -> None:
    world = World()
    queries: list[dict[str, int]] = [{}, {"after": 3}, {"around": 3}, {"before": 10}]
    for query in (*queries, {"before": 5, "after": 2}):
        before = world.reads
        for _ in range(2):
            await world.page(**query)
        assert world.reads == before + 1
        head = world.chat.head
        assert head is not None
        world.chat.head = head._replace(seq=head.seq + 1, n=head.n + 1)
        await world.page(**query)
        assert world.reads == before + 2
        world.chat.head = head


async def test_a_former_member_s_page_keeps_the_end_that_they_saw() -> None:
    """It isn't kept, since it doesn't follow the head."""
    world = World()
    world.in_chat = False
    for head in (9, 10):
        world.chat.head = WindowHead(1, head, head - 5)
        assert (await world.page(before=5))["as_of"] == head
    assert world.reads == 2


@pytest.mark.parametrize("how", ["away", "dead", "ahead"])
async def test_what_is_not_known_is_asked_for(how: str) -> None:
    """Windows that don't answer or aren't looked after; a reader who has seen more than they show."""
    world = World()
    world.chat.away = how == "away"
    world.chat.live = how != "dead"
    for _ in range(2):
        await world.page(at_least=10 if how == "ahead" else 1)
    assert world.reads == 2


async def test_a_chat_that_rests_has_the_head_of_postgres() -> None:
    world = World()
    world.chat.head = None
    for _ in range(2):
        await world.page()
    assert world.reads == 1
    world.chat.stored = 10
    await world.page()
    assert world.reads == 2


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (f"/api/people/{BEN}/profile", ["own draft", "block", "ask", "profile of ben", "profile"]),
        ("/api/connections", ["own draft", "block", "ask", "profile of ben", "profile"]),
        (f"/api/chats/{CHAT}/members", ["profile of ben", "profile"]),
    ],
)
async def test_a_change_is_seen_at_once_by_whom_it_concerns(path: str, changes: list[str]) -> None:
    """By the one who made it, whoever is named in it, and by all where it is about how one is seen."""
    world = World()
    asked = {
        "own draft": (ADA, "PUT", f"/api/chats/{CHAT}/draft", {"text": "x", "began": 1, "at": 1}),
        "block": (BEN, "PUT", f"/api/blocks/{ADA}", None),
        "ask": (BEN, "POST", "/api/connections", {"person": ADA}),
        "profile of ben": (BEN, "PATCH", "/api/me/profile", {"name": "Ben"}),
        "profile": (ADA, "PATCH", "/api/me/profile", {"name": "Ada"}),
    }
    for change in changes:
        await world.get(path)
        kept = await world.get(path)
        assert kept.json()["next"] == str(world.value)
        person, method, where, body = asked[change]
        world.http.cookies.set("nexync_access", person)
        before = world.reads
        done = await world.http.request(method, where, json=body)
        assert done.is_success, done.text
        assert (await world.get(path)).json()["next"] == str(world.value), change
        assert world.reads == before + 1


async def test_a_change_whose_word_can_t_be_spread_is_not_answered() -> None:
    """503: who made it knows that it has to be asked again, and nobody is shown what was before."""
    world = World()
    world.shelf.away = True
    world.http.cookies.set("nexync_access", ADA)
    answer = await world.http.put(f"/api/blocks/{BEN}")
    assert (answer.status_code, answer.json()["code"]) == (503, ProblemCode.UNAVAILABLE)
    for _ in range(2):
        await world.get("/api/connections")
    assert world.reads == 2


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_nobody_reads_less_than_what_they_wrote(seed: int) -> None:
    """Changes and reads of one person at once, in any order of their steps: a read that begins after the answer to a
    change shows it. Without the move before the answer this fails."""

    async def story() -> None:
        world, rng = World(), random.Random(seed)

        async def turn() -> None:
            for _ in range(rng.randrange(4)):
                await asyncio.sleep(0)

        world.shelf.turn = turn
        world.http.cookies.set("nexync_access", ADA)
        answered = 0

        async def one() -> None:
            nonlocal answered
            await turn()
            if rng.random() < 0.3:
                done = await world.http.put(f"/api/blocks/{BEN}")
                answered = max(answered, done.json()["mutual"])
            else:
                floor = answered
                page = await world.get("/api/connections")
                assert int(page.json()["next"]) >= floor

        async with asyncio.TaskGroup() as tasks:
            for _ in range(40):
                tasks.create_task(one())

    asyncio.run(story())


def test_every_kept_endpoint_is_one_that_clients_may_keep_too() -> None:
    assert all(one.revalidated and one.method == "GET" for one in KEPT)
    assert group_endpoints.MEMBERS in KEPT
    assert all(not one.revalidated for one in ENDPOINTS if one.method != "GET")


@pytest.fixture
async def client() -> AsyncGenerator["redis.asyncio.Redis"]:
    opened = open_redis(os.environ["NEXYNC_REDIS_CACHE_URL"])
    yield opened
    await opened.aclose()


@pytest.mark.real
async def test_redis_keeps_and_leases(client: "redis.asyncio.Redis") -> None:
    shelf, key = RedisKept(client), secrets.token_hex(8)
    assert await shelf.get(key) is None
    assert await shelf.lead(key)
    assert not await shelf.lead(key)
    await shelf.put(key, b"{}", 60)
    assert await shelf.get(key) == b"{}"
    assert 0 < await client.ttl(f"answer:{key}") <= 60
    assert 0 < await client.pttl(f"filling:{key}") <= 3_000


@pytest.mark.real
async def test_a_revision_never_comes_again(client: "redis.asyncio.Redis") -> None:
    """Not when it moves, not when Redis has forgotten it."""
    revisions, name = RedisRevisions(client), secrets.token_hex(8)
    found = [await revisions.read([name, EVERYBODY])]
    assert await revisions.read([name, EVERYBODY]) == found[0]
    await revisions.move([name])
    found.append(await revisions.read([name, EVERYBODY]))
    await client.delete(f"rev:{name}")
    found.append(await revisions.read([name, EVERYBODY]))
    first = [one[0] for one in found if one is not None]
    assert len(set(first)) == 3


@pytest.mark.real
async def test_two_instances_of_the_service_over_one_redis(client: "redis.asyncio.Redis") -> None:
    """What one instance changes, the other doesn't answer from before."""
    revisions, shelf = RedisRevisions(client), RedisKept(client)
    one, other = World(shelf, revisions), World(shelf, revisions)
    await revisions.move([revision_of(ADA), revision_of(BEN)])
    for world in (one, other):
        assert (await world.get("/api/connections")).json()["next"] == "0"
    assert (one.reads, other.reads) == (1, 0)
    other.value = 1
    one.http.cookies.set("nexync_access", ADA)
    assert (await one.http.put(f"/api/blocks/{BEN}")).is_success
    assert (await other.get("/api/connections")).json()["next"] == "1"


class Broken:
    """A Redis that is away, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def get(self, *_: object, **__: object) -> None:
        self.asked += 1
        raise redis.exceptions.ConnectionError

    set = mget = get

    def pipeline(self, **_: object) -> "Broken":
        raise redis.exceptions.ConnectionError


async def test_a_cache_that_is_away_holds_nobody_up() -> None:
    """It is asked once in five seconds; answers are made as without it."""
    now = [0.0]
    broken = Broken()
    client: redis.asyncio.Redis = broken  # type: ignore[assignment] # only what the adapter uses
    shelf = RedisKept(client, lambda: now[0])
    keep, made = Keeping(shelf, at_once), Made()
    for _ in range(10):
        await keep.answer("x", "q", always, made)
    assert (made.count, broken.asked) == (10, 1)
    now[0] = AWAY_SECONDS
    await keep.answer("x", "q", always, made)
    assert broken.asked == 2
    revisions = RedisRevisions(client)
    assert await revisions.read(["x"]) is None
    with pytest.raises(UnmovedError):
        await revisions.move(["x"])
