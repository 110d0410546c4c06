"""Who finds, asks and sees whom, by setting and relation, against a real Postgres."""

import asyncio
import itertools
import uuid
from dataclasses import dataclass

import pytest

from nexync_contracts.channels import ONLINE_SECONDS
from nexync_contracts.ids import PersonId
from nexync_contracts.profile_rest import (
    Audience,
    PresenceAudience,
    PrivacyBody,
    PrivacyView,
    ProfileBody,
)
from nexync_runtime.postgres import Pool
from svc_chat.adapters.people import PostgresPeople
from svc_chat.adapters.people_sql import SEARCH, WORD_LIKENESS
from svc_chat.adapters.profiles import PostgresProfiles
from svc_chat.adapters.suggestions import PostgresSuggestions
from svc_chat.errors import ClosedError, InvalidError, NothingThereError
from svc_chat.presence import Presences
from svc_chat.profiling import Profiles
from svc_chat.relations import Relations

pytestmark = pytest.mark.real

NOW = 1_800_000_000


class Here:
    """Everybody is online."""

    async def seen(self, person: PersonId) -> int | None:
        del person
        return NOW - ONLINE_SECONDS // 2


class Town:
    """People and the use cases about them."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        people = PostgresPeople(pool)
        self.woken = 0
        self.relations = Relations(people, PostgresSuggestions(pool), self._wake)
        self.profiles = Profiles(PostgresProfiles(pool), people, self._wake)
        self.presences = Presences(people, Here(), lambda: NOW)

    def _wake(self) -> None:
        self.woken += 1

    async def person(self, username: str, *, verified: bool = True) -> PersonId:
        identifier = str(uuid.uuid4())
        async with self.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO people (id, email, username, name, password_hash, partition,"
                " verified_at) VALUES (%s, %s, %s, %s, '', 0, CASE WHEN %s THEN now() END)",
                (identifier, f"{username}@example.test", username, username, verified),
            )
            await connection.execute(
                "INSERT INTO sessions (id, person) VALUES (%s, %s)", (uuid.uuid4(), identifier)
            )
        return PersonId(identifier)

    async def connect(self, one: PersonId, other: PersonId) -> None:
        await self.relations.ask(one, other)
        await self.relations.accept(other, one)

    async def found(self, viewer: PersonId, text: str) -> list[str]:
        return [one.username for one in (await self.relations.search(viewer, text)).people]

    async def online(self, viewer: PersonId, person: PersonId) -> bool:
        return (await self.presences.of(viewer, person)).online


@pytest.fixture
def town(pool: Pool) -> Town:
    return Town(pool)


@dataclass(frozen=True, slots=True)
class Row:
    """What a viewer in this relation to the person may do, by the settings of the person."""

    relation: str
    finds: frozenset[Audience]
    asks: frozenset[Audience]
    suggested: frozenset[Audience]
    sees: bool = False


EVERY = frozenset(Audience)
NONE: frozenset[Audience] = frozenset()
OPEN = frozenset({Audience.EVERYONE})
NEAR = frozenset({Audience.EVERYONE, Audience.SECOND_DEGREE})

ROWS = (
    Row("stranger", finds=OPEN, asks=OPEN, suggested=OPEN),
    Row("second degree", finds=NEAR, asks=NEAR, suggested=NEAR),
    Row("asked", finds=EVERY, asks=EVERY, suggested=NONE),
    Row("asking", finds=EVERY, asks=EVERY, suggested=NONE),
    Row("connected", finds=EVERY, asks=EVERY, suggested=NONE, sees=True),
    Row("was blocked", finds=NONE, asks=NONE, suggested=NONE),
    Row("has blocked", finds=EVERY, asks=NONE, suggested=NONE),
)


async def bring(town: Town, relation: str, viewer: PersonId, person: PersonId) -> None:
    """Make the viewer what the row says."""
    match relation:
        case "second degree":
            friend = await town.person("friend")
            await town.connect(viewer, friend)
            await town.connect(person, friend)
        case "asked":
            await town.relations.ask(viewer, person)
        case "asking":
            await town.relations.ask(person, viewer)
        case "connected":
            await town.connect(viewer, person)
        case "was blocked":
            await town.connect(viewer, person)
            await town.profiles.block(person, viewer)
        case "has blocked":
            await town.profiles.block(viewer, person)
        case _:
            return


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.relation)
async def test_every_setting_by_every_relation(town: Town, row: Row) -> None:
    """Asking comes last, because it changes the relation; each setting alone, with the others open."""
    viewer, person = await town.person("viewer"), await town.person("quentin")
    await bring(town, row.relation, viewer, person)
    wrong: list[str] = []

    def note(what: str, setting: str, *, is_so: bool, should: bool) -> None:
        if is_so != should:
            wrong.append(f"{what} with {setting}: {is_so}")

    async def suggested() -> bool:
        page = await town.relations.suggestions(viewer)
        return person in {one.person for one in page.people}

    for findable in Audience:
        await town.profiles.settle(
            person, PrivacyBody(findable=findable, askable=Audience.EVERYONE)
        )
        finds = await town.found(viewer, "quentin") == ["quentin"]
        note("found", findable, is_so=finds, should=findable in row.finds)
        note("suggested", findable, is_so=await suggested(), should=findable in row.suggested)
    for askable in Audience:
        await town.profiles.settle(person, PrivacyBody(findable=Audience.EVERYONE, askable=askable))
        view = await town.relations.person(viewer, person)
        note("told askable", askable, is_so=view.askable, should=askable in row.asks)
        note("suggested", askable, is_so=await suggested(), should=askable in row.suggested)
    for mine, theirs in itertools.product(PresenceAudience, repeat=2):
        await town.profiles.settle(viewer, PrivacyBody(presence=mine))
        await town.profiles.settle(person, PrivacyBody(presence=theirs))
        both = mine is theirs is PresenceAudience.CONNECTIONS
        sees = await town.online(viewer, person)
        note("seen", f"{mine}/{theirs}", is_so=sees, should=row.sees and both)
    for askable in sorted(Audience, key=lambda one: one in row.asks):
        await town.profiles.settle(person, PrivacyBody(askable=askable))
        try:
            await town.relations.ask(viewer, person)
        except ClosedError:
            note("asked", askable, is_so=False, should=askable in row.asks)
        else:
            note("asked", askable, is_so=True, should=askable in row.asks)
            break
    assert wrong == []


async def test_oneself_is_seen_and_found_whatever_one_allows(town: Town) -> None:
    ada = await town.person("ada")
    await town.profiles.settle(
        ada, PrivacyBody(findable=Audience.NOBODY, presence=PresenceAudience.NOBODY)
    )
    assert await town.found(ada, "ada") == ["ada"]
    assert await town.online(ada, ada)


async def test_settings_are_changed_one_by_one(town: Town) -> None:
    """The defaults without a row; what is left out stays."""
    ada = await town.person("ada")
    assert await town.profiles.privacy(ada) == PrivacyView()
    await town.profiles.settle(ada, PrivacyBody(askable=Audience.NOBODY))
    await town.profiles.settle(ada, PrivacyBody(presence=PresenceAudience.NOBODY))
    await town.profiles.change(ada, ProfileBody(bio="hello"))
    assert await town.profiles.privacy(ada) == PrivacyView(
        askable=Audience.NOBODY, presence=PresenceAudience.NOBODY
    )


async def test_a_name_is_changed_and_given_back(town: Town) -> None:
    """Everybody reads the new name at once; an empty one is the username; bio and name change alone."""
    ada, bob = await town.person("ada"), await town.person("bob")
    own = await town.profiles.change(ada, ProfileBody(name=" Ada Łukasz ", bio="Likes\nmaps"))
    assert (own.name, own.bio, own.username) == ("Ada Łukasz", "Likes\nmaps", "ada")
    assert (await town.relations.person(bob, ada)).name == "Ada Łukasz"
    assert await town.found(bob, "łukasz") == ["ada"]
    own = await town.profiles.change(ada, ProfileBody(bio=""))
    assert (own.name, own.bio) == ("Ada Łukasz", "")
    assert (await town.profiles.change(ada, ProfileBody(name=""))).name == "ada"
    assert await town.profiles.own(ada) == (await town.profiles.change(ada, ProfileBody()))
    new = await town.person("new", verified=False)
    with pytest.raises(NothingThereError):
        await town.profiles.change(new, ProfileBody(name="New"))
    async with town.pool.connection() as connection:
        cursor = await connection.execute("SELECT name FROM people WHERE id = %s", (new,))
        assert await cursor.fetchone() == ("new",)


async def test_a_page_says_what_one_has_in_common(town: Town) -> None:
    ada, bob, cid, dee = [await town.person(name) for name in ("ada", "bob", "cid", "dee")]
    for one, other in ((ada, cid), (bob, cid), (ada, dee), (bob, dee), (bob, ada)):
        await town.connect(one, other)
    await town.profiles.change(bob, ProfileBody(bio="Here for the maps"))
    chat = str(uuid.uuid4())
    async with town.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO streams VALUES (%s, 0, 1, 1, 0, 0, %s)",
            (f"c:{chat}", '{"kind": "group", "name": "Design"}'),
        )
        for person in (ada, bob):
            await connection.execute(
                "INSERT INTO members VALUES (%s, %s, 'member', 1, NULL)", (chat, person)
            )
        await connection.execute("INSERT INTO members VALUES (%s, %s, 'member', 1, 2)", (chat, cid))
    page = await town.profiles.of(ada, bob)
    assert (page.bio, page.connections, page.person.relation) == (
        "Here for the maps",
        3,
        "connected",
    )
    assert (page.person.mutual, [one.username for one in page.acquaintances]) == (2, ["cid", "dee"])
    assert ([(one.chat, one.name) for one in page.groups], page.group_count) == (
        [(chat, "Design")],
        1,
    )
    assert (await town.profiles.of(cid, bob)).groups == ()
    own = await town.profiles.of(ada, ada)
    assert (own.groups, own.acquaintances, own.connections) == ((), (), 3)
    with pytest.raises(NothingThereError):
        await town.profiles.of(ada, PersonId(str(uuid.uuid4())))


async def test_a_block_ends_what_is_between_two_and_hides_the_blocker(town: Town) -> None:
    """Both sides are told that the connection ended, not why; unblocking brings nothing back by itself."""
    ada, bob = await town.person("ada"), await town.person("bob")
    await town.profiles.change(ada, ProfileBody(bio="secret"))
    await town.connect(ada, bob)
    woken = town.woken
    for _ in range(2):
        assert (await town.profiles.block(ada, bob)).relation == "blocked"
    assert town.woken > woken
    assert [one.username for one in (await town.profiles.blocked(ada)).people] == ["bob"]
    assert (await town.profiles.blocked(bob)).people == ()
    assert (await town.relations.connections(bob, None)).people == ()
    page = await town.profiles.of(bob, ada)
    assert (page.person.relation, page.person.askable) == ("none", False)
    assert (page.bio, page.connections) == ("", 0)
    with pytest.raises(NothingThereError):
        await town.relations.accept(bob, ada)
    with pytest.raises(InvalidError):
        await town.profiles.block(ada, ada)
    with pytest.raises(NothingThereError):
        await town.profiles.block(ada, PersonId(str(uuid.uuid4())))
    view = await town.profiles.unblock(ada, bob)
    assert (view.relation, view.askable) == ("none", True)
    assert (await town.relations.ask(bob, ada)).relation == "asked"
    async with town.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM chat_outbox WHERE envelope::text LIKE %s",
            ("%" + b'"ended"'.hex() + "%",),
        )
        assert await cursor.fetchone() == (2,)


async def test_asking_and_blocking_at_once_leaves_no_request(town: Town) -> None:
    """Whoever comes first, nothing is left between the two once the block is there."""
    for turn in range(10):
        ada, bob = await town.person(f"ada{turn}"), await town.person(f"bob{turn}")
        asked, _ = await asyncio.gather(
            town.relations.ask(bob, ada),
            town.profiles.block(ada, bob),
            return_exceptions=True,
        )
        assert isinstance(asked, ClosedError) or not isinstance(asked, BaseException)
        assert (await town.relations.connections(ada, None)).people == ()


@pytest.mark.parametrize(
    "typed", ["lindqvist", "lindqvits", "lindqist", "mara lindqwist", "marra", "LINDQVIST", "mlind"]
)
async def test_a_slip_of_the_finger_finds_the_name_all_the_same(town: Town, typed: str) -> None:
    """Also in one word of a long name, where the likeness of the whole is small."""
    viewer, mara = await town.person("viewer"), await town.person("mlindq")
    await town.profiles.change(mara, ProfileBody(name="Mara Charlotte Lindqvist"))
    for other in ("tobias", "konstantin", "ferdinand"):
        await town.person(other)
    assert await town.found(viewer, typed) == ["mlindq"]


async def test_a_search_gives_the_likeliest_first(town: Town) -> None:
    """The username itself, then one that begins so, then a name alone; what is cut off is the least likely."""
    viewer = await town.person("viewer")
    for username, name in (("zoe", "Marta Berg"), ("martab", "Em"), ("marta", "Em"), ("mia", "M")):
        await town.profiles.change(await town.person(username), ProfileBody(name=name))
    assert await town.found(viewer, "marta") == ["marta", "martab", "zoe"]


FIRST = "{ada,ben,cid,dee,eva,finn,gus,ida,jon,kim,lea,max,nia,olof,pia,sam}"
LAST = "{al,berg,dahl,ek,fors,gren,holm,ing,jans,kvist,lund,mark,nord,ros,sten,vik}"


@pytest.fixture
async def city(pool: Pool) -> PersonId:
    """Ten thousand people, their profiles and connections, and what the planner knows of them; one of them."""
    async with pool.connection() as connection, connection.transaction():
        # Making it takes as long as the machine is busy; no limit of a service is for that.
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute(
            "INSERT INTO people (id, email, username, name, password_hash, partition, verified_at)"
            " SELECT gen_random_uuid(), n || '@example.test', first || '.' || last || n,"
            "  initcap(first || ' ' || last), '', 0, now()"
            " FROM (SELECT n, (%(first)s::text[])[1 + n %% 16] AS first,"
            "   (%(last)s::text[])[1 + n / 16 %% 16] || (%(last)s::text[])[1 + n / 256 %% 16] AS last"
            "  FROM generate_series(1, 10000) n) one",
            {"first": FIRST, "last": LAST},
        )
        await connection.execute("INSERT INTO profiles (person) SELECT id FROM people")
        await connection.execute(
            "INSERT INTO connections (person_a, person_b, asker, accepted_at)"
            " SELECT one, other, one, now() FROM"
            " (SELECT id AS one, lead(id) OVER (ORDER BY id) AS other FROM people) pair"
            " WHERE other IS NOT NULL"
        )
        for table in ("people", "profiles", "connections"):
            await connection.execute(f"ANALYZE {table}".encode())
        cursor = await connection.execute("SELECT id FROM people ORDER BY id LIMIT 1")
        row = await cursor.fetchone()
        assert row is not None
        return PersonId(str(row[0]))


async def test_a_search_goes_by_the_indexes(pool: Pool, city: PersonId) -> None:
    """Nothing of a large table is scanned, with the planner's own settings: by nobody, few, many or a letter."""
    for text in ("lundkvits", "zzz", "ada", "lundberg", "ad", "j"):
        asked = {"viewer": city, "text": text, "limit": 20}
        asked |= {"prefix": f"{text}%", "word": f"% {text}%"}
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(WORD_LIKENESS)
            cursor = await connection.execute(f"EXPLAIN {SEARCH}".encode(), asked)
            plan = "\n".join(row[0] for row in await cursor.fetchall())
        assert "people_name_trgm" in plan, (text, plan)
        assert "people_username_trgm" in plan, (text, plan)
        for table in ("people", "profiles", "connections"):
            assert f"Seq Scan on {table}" not in plan, (text, plan)


async def test_who_is_locked_opens_to_nobody_new(town: Town) -> None:
    """Not found, not suggested, not to be asked; who is connected still sees who it was."""
    ann, eve, sam = [await town.person(f"{name}-locked") for name in ("ann", "eve", "sam")]
    await town.connect(sam, eve)
    assert "eve-locked" in await town.found(ann, "eve-locked")
    async with town.pool.connection() as connection:
        await connection.execute("UPDATE people SET deactivated_at = now() WHERE id = %s", (eve,))
    assert "eve-locked" not in await town.found(ann, "eve-locked")
    assert "eve-locked" in await town.found(sam, "eve-locked")
    suggested = (await town.relations.suggestions(ann)).people
    assert eve not in {one.person for one in suggested}
    with pytest.raises(ClosedError):
        await town.relations.ask(ann, eve)
