"""The kept endpoints: nobody is answered from before a change that was answered."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keeping_world import ADA, BEN, CHAT, World

from nexync_contracts import group_endpoints
from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.errors import ProblemCode
from svc_chat.ports import WindowHead
from svc_chat.routes_kept import KEPT


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
    """By which its members are kept; its pages cost as much as asking for the head."""
    world = World()
    world.chat.head = None
    members = f"/api/chats/{CHAT}/members"
    for _ in range(2):
        await world.get(members)
    assert world.reads == 1
    world.chat.stored = 10
    await world.get(members)
    assert world.reads == 2
    for _ in range(2):
        await world.page()
    assert world.reads == 4


async def test_a_page_of_another_head_than_was_asked_for_is_not_kept() -> None:
    """Something came while it was made; so it isn't what the next one must see."""
    world = World()

    async def turn() -> None:
        world.chat.head = WindowHead(1, 10, 5)

    world.shelf.turn = turn
    assert (await world.page())["as_of"] == 10
    assert world.shelf.answers == {}
    for _ in range(2):
        assert (await world.page())["as_of"] == 10
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


@settings(max_examples=25)
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
