"""Search without a database: what a query means, what is marked, which way is taken, and how pages follow."""

import contextlib
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.events import EventRecord, MessageCreated
from nexync_contracts.ids import ChatId, CommandId, PersonId, chat_stream
from nexync_contracts.limits import SEARCH_HITS, SNIPPET_CHARS
from nexync_contracts.message_events import MessageDeleted, MessageEdited
from svc_chat.errors import BusyError, InvalidError, NothingThereError, TooSlowError
from svc_chat.listing import Present
from svc_chat.ports import Hit, HitPlace, PersonRow, Phase, Sought
from svc_chat.querying import SearchQuery, parse
from svc_chat.searching import Asked, Searching
from svc_chat.snippets import snippet
from svc_chat.spans import Range

CHAT = ChatId("00000000-0000-4000-8000-000000000001")
OTHER = ChatId("00000000-0000-4000-8000-000000000002")
ADA = PersonId("00000000-0000-4000-8000-00000000000a")
DAY = 86_400_000


def test_a_query_in_all_its_parts() -> None:
    """Words once each, a phrase, operators in any case; what only looks like one is text."""
    text = f'lunch From:@Ada "at one" in:{CHAT} AFTER:1971-01-02 before:1971-01-03 lunch 12:30 https://a.test'
    assert parse(text, "+02:00") == SearchQuery(
        terms=("lunch", "at one", "12:30", "https://a.test"),
        sender="ada",
        chat=CHAT,
        since=366 * DAY - 7_200_000,
        until=367 * DAY - 7_200_000,
    )
    assert parse('"from:ada"').terms == ("from:ada",)
    assert parse("cafe\u0301").terms == ("caf\u00e9",)


@pytest.mark.parametrize(
    ("text", "zone", "words"),
    [
        ("from:", None, "from: needs a username"),
        ("in:here", None, "in: needs the id"),
        ("before:2026-02-30", None, "before: needs a day"),
        ("after:yesterday", None, "after: needs a day"),
        ("after:\uff12\uff10\uff12\uff16-01-01", None, "after: needs a day"),
        ("a b c d e f g h i j k", None, "has 11 words, the limit is 10"),
        ('  "" ', None, "nothing to search for"),
        ("x", "+2", "must be as"),
        ("x", "+15:00", "must be as"),
    ],
)
def test_what_is_refused_says_why(text: str, zone: str | None, words: str) -> None:
    """Each error names what is wrong with which part."""
    with pytest.raises(InvalidError, match=words):
        parse(text, zone)


@given(st.text(max_size=200))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    """Nothing else comes of what is typed."""
    with contextlib.suppress(InvalidError):
        parse(text)


def marked(body: str, *terms: str) -> list[str]:
    """The marked parts, taken as a page takes them: by UTF-16 code units."""
    part = snippet(body, terms)
    units = part.text.encode("utf-16-le", "surrogatepass")
    return [
        units[mark.start * 2 : mark.end * 2].decode("utf-16-le", "surrogatepass")
        for mark in part.marks
    ]


def test_what_is_marked() -> None:
    """In either case, past characters of two units and such that fold to two, overlapping ones joined."""
    assert marked("🎉 Lunch, LUNCH", "lunch") == ["Lunch", "LUNCH"]
    assert marked("Die Straße", "strasse") == ["Straße"]
    assert marked("abcabc", "abc", "bca") == ["abcabc"]
    assert marked("one <b>two</b>", "<b>two") == ["<b>two"]
    assert marked("can not", "can-not") == ["can", "not"]
    assert marked("nothing", "else") == []


def test_a_long_text_is_cut_around_the_first_mark() -> None:
    """With some words before it, and both cuts said."""
    part = snippet("word " * 100 + "needle" + " word" * 100, ["needle"])
    assert part.text.index("needle") <= 40
    assert part.text.startswith("word")
    assert (part.cut_before, part.cut_after, len(part.text)) == (True, True, SNIPPET_CHARS)


@given(st.text(max_size=400), st.lists(st.text(min_size=1, max_size=6), max_size=4))
def test_marks_are_inside_apart_and_ascending(body: str, terms: list[str]) -> None:
    """Whatever the text: a page may cut at them blindly."""
    part = snippet(body, terms)
    edges = [edge for mark in part.marks for edge in (mark.start, mark.end)]
    assert edges == sorted(edges)
    assert len(set(edges)) == len(edges)
    assert all(edge <= len(part.text.encode("utf-16-le", "surrogatepass")) // 2 for edge in edges)


def hit(seq: int, body: str = "lunch") -> Hit:
    return Hit(HitPlace(seq * 10, chat_stream(CHAT), seq), ADA, edited=False, body=body)


@dataclass
class World:
    """Listing, store and people in one."""

    rows: dict[Phase, list[Hit]] = field(default_factory=dict[Phase, list[Hit]])
    slow: frozenset[Phase] = frozenset()
    present_now: Present = field(
        default_factory=lambda: Present({chat_stream(CHAT): [Range(2, 9), Range(20, 30)]}, {})
    )
    asked: list[tuple[Phase, Sought]] = field(default_factory=list[tuple[Phase, Sought]])

    async def present(self, person: PersonId) -> Present:
        return self.present_now

    async def author(self, username: str) -> PersonId | None:
        return ADA if username == "ada" else None

    async def rows_of(self, viewer: PersonId, people: Collection[PersonId]) -> Any:
        return {one: PersonRow(one, "ada", "Ada", "self") for one in people}

    async def hits(
        self, sought: Sought, phase: Phase, after: HitPlace | None, count: int
    ) -> list[Hit]:
        self.asked.append((phase, sought))
        if phase in self.slow:
            raise TooSlowError
        rows = self.rows.get(phase, [])
        return [row for row in rows if after is None or row.place.at < after.at][:count]


class People:
    def __init__(self, world: World) -> None:
        self.rows = world.rows_of


def searching(world: World) -> Searching:
    parts: Any = world
    people: Any = People(world)
    return Searching(parts, parts, people)


async def test_only_what_one_may_see_is_asked_for() -> None:
    """The ranges of the spans; messages that the windows know as changed are named."""
    world = World()
    changes = [
        MessageEdited(target=4, body="x"),
        MessageDeleted(target=5),
        MessageCreated(body="y"),
    ]
    tail = [
        EventRecord(
            stream=chat_stream(CHAT),
            epoch=1,
            seq=31 + at,
            n=9,
            at=1,
            id=CommandId(str(uuid.uuid4())),
            by=ADA,
            event=event,
        )
        for at, event in enumerate(changes)
    ]
    world.present_now = Present(world.present_now.ranges, {chat_stream(CHAT): tail})
    await searching(world).page(ADA, Asked("lunch from:ada"))
    _, sought = world.asked[0]
    assert sought.ranges == {chat_stream(CHAT): [Range(2, 9), Range(20, 30)]}
    assert sought.changed == {(chat_stream(CHAT), 4), (chat_stream(CHAT), 5)}
    assert sought.sender == ADA


async def test_chats_that_one_is_not_in_are_not_there() -> None:
    """Whether named in the text or by the page; two different ones contradict each other."""
    for asked in (Asked("x", chat=OTHER), Asked(f"x in:{OTHER}")):
        with pytest.raises(NothingThereError):
            await searching(World()).page(ADA, asked)
    with pytest.raises(InvalidError, match="another chat"):
        await searching(World()).page(ADA, Asked(f"x in:{OTHER}", chat=CHAT))
    with pytest.raises(InvalidError, match="nobody is called bob"):
        await searching(World()).page(ADA, Asked("from:bob"))


@pytest.mark.parametrize(
    ("text", "ways", "partial"),
    [
        ("lunch", [Phase.WHOLE, Phase.PART], False),
        ("at lunch", [Phase.WHOLE, Phase.PART], False),
        ("at", [Phase.WHOLE, Phase.RECENT_PART], True),
        ("午餐", [Phase.WHOLE, Phase.RECENT_PART], True),
        ("🎉", [Phase.RECENT], True),
        ("from:ada", [Phase.RECENT], True),
    ],
)
async def test_the_way_follows_from_the_words(
    text: str, ways: list[Phase], *, partial: bool
) -> None:
    """What no index has is looked for in the newest messages, and the answer says so."""
    world = World()
    page = await searching(world).page(ADA, Asked(text))
    assert [phase for phase, _ in world.asked] == ways
    assert page.partial is partial


async def test_a_slow_index_gives_way_to_the_newest_messages() -> None:
    """And says so; when those are slow as well, or in the middle of the pages, the search is refused."""
    world = World(slow=frozenset({Phase.WHOLE}), rows={Phase.RECENT: [hit(3)]})
    page = await searching(world).page(ADA, Asked("lunch"))
    assert (len(page.hits), page.partial) == (1, True)
    world = World(
        slow=frozenset({Phase.PART}), rows={Phase.WHOLE: [hit(9)], Phase.RECENT_PART: [hit(3)]}
    )
    page = await searching(world).page(ADA, Asked("lunch"))
    assert ([one.seq for one in page.hits], page.partial) == ([9, 3], True)
    with pytest.raises(BusyError):
        await searching(World(slow=frozenset(Phase))).page(ADA, Asked("lunch"))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 50))
async def test_pages_together_are_all_hits_once(whole: int, parts: int, limit: int) -> None:
    """However the pages are cut, whole words first, each hit once."""
    rows = {
        Phase.WHOLE: [hit(seq) for seq in range(whole, 0, -1)],
        Phase.PART: [hit(seq + 100) for seq in range(parts, 0, -1)],
    }
    seen: list[int] = []
    after: str | None = None
    while True:
        page = await searching(World(rows=rows)).page(ADA, Asked("lunch", after=after, limit=limit))
        seen += [one.seq for one in page.hits]
        after = page.next
        if after is None:
            break
        assert len(page.hits) == limit
    assert seen == [row.place.seq for phase in rows for row in rows[phase]]


async def test_a_search_ends_after_a_thousand_hits() -> None:
    """The last page has no cursor, whatever there is beyond."""
    rows = {Phase.WHOLE: [hit(seq) for seq in range(2_000, 0, -1)]}
    found, after, pages = 0, None, 0
    while pages == 0 or after is not None:
        page = await searching(World(rows=rows)).page(ADA, Asked("lunch", after=after, limit=50))
        found, after, pages = found + len(page.hits), page.next, pages + 1
    assert found == SEARCH_HITS


@pytest.mark.parametrize(
    "cursor", ["%%", "", "eDoxOjE6MQ", "dzoxOjE6MTpwOng", "dzotMToxOjE6YzoxMjM"]
)
async def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    """Nothing but what a page gave out."""
    with pytest.raises(InvalidError, match="not a cursor"):
        await searching(World()).page(ADA, Asked("lunch", after=cursor))
