"""The people and chats of a run: made once, used by every fault and twin."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId
from nexync_e2e.person import Person, befriend, sign_up
from nexync_e2e.settings import Wires

WRITERS = 20
CHATS = 10
PAIRS = 3
"""Private chats, of two people who block each other now and then."""

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Group:
    """A chat: its admin, who stays, and who comes and goes; in a private one (`floating` None) the two of them."""

    chat: ChatId
    admin: Person
    steady: tuple[Person, ...]
    floating: Person | None

    @property
    def private(self) -> bool:
        """Whether nobody comes, goes, or is anything else than the other."""
        return self.floating is None

    @property
    def writers(self) -> tuple[Person, ...]:
        """Everybody who writes there, also while not a member."""
        return self.steady if self.floating is None else (*self.steady, self.floating)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody; two of them are the admins of all groups.

    `turns` counts the times that these people were given chats, whichever cast it was by.
    """

    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    turns: Iterator[int]

    def groups_of(self, person: Person) -> tuple[Group, ...]:
        """Where the person writes."""
        return tuple(group for group in self.groups if person in group.writers)


@contextlib.asynccontextmanager
async def cast(wires: Wires, *, writers: int = WRITERS, chats: int = CHATS) -> AsyncGenerator[Cast]:
    """Sign everybody up through the edge, connect them with both admins, make the groups."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> Person:
        async with turn:
            return await sign_up(wires.page, wires.mail, prefix=f"w{number}x", origin=wires.origin)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(writers)]
    people = tuple(task.result() for task in tasks)
    try:
        admins, others = people[:2], people[2:]
        for admin in admins:
            for other in others:
                await befriend(admin, other)
        yield await _grouped(people, chats, itertools.count())
    finally:
        for person in people:
            await person.close()


async def regrouped(people: Cast) -> Cast:
    """The same people in new chats."""
    chats = sum(not group.private for group in people.groups)
    return await _grouped(people.people, chats, people.turns)


async def _grouped(people: tuple[Person, ...], chats: int, turns: Iterator[int]) -> Cast:
    groups = [await _group(number, people[:2], people[2:]) for number in range(chats)]
    pairs = [await _pair(*two) for two in _strangers(people[2:], next(turns))]
    return Cast(people, (*groups, *pairs), turns)


def _strangers(people: tuple[Person, ...], turn: int) -> list[tuple[Person, Person]]:
    """Pairs that no turn before had, as two people have one private chat for ever; none when there are no more."""
    apart = 1 + turn
    if 2 * apart >= len(people):
        return []
    return [
        (people[number], people[(number + apart) % len(people)])
        for number in range(0, min(2 * PAIRS, len(people)), 2)
    ]


async def _pair(one: Person, other: Person) -> Group:
    await befriend(one, other)
    chat = await one.create_chat(ChatKind.PRIVATE, (other.id,))
    return Group(chat, one, (one, other), None)


async def _group(number: int, admins: tuple[Person, ...], others: tuple[Person, ...]) -> Group:
    """Seven members: an admin, five who stay (a different five a chat) and one who comes and goes."""
    admin = admins[number % len(admins)]
    chosen = [others[(number * 3 + step * 2) % len(others)] for step in range(6)]
    steady = tuple(dict.fromkeys(chosen[:5]))
    floating = next(person for person in (*chosen[5:], *others) if person not in steady)
    members = tuple(person.id for person in (*steady, floating))
    chat = await admin.create_chat(ChatKind.GROUP, members, f"Chat {number}")
    return Group(chat, admin, (admin, *steady), floating)
