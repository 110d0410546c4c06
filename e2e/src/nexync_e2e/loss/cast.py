"""The people and chats of a run: made once, used by every fault and twin."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId
from nexync_e2e.person import Person, befriend, sign_up
from nexync_e2e.settings import Wires

WRITERS = 20
CHATS = 10
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Group:
    """A chat: its admin, who stays, and who comes and goes."""

    chat: ChatId
    admin: Person
    steady: tuple[Person, ...]
    floating: Person

    @property
    def writers(self) -> tuple[Person, ...]:
        """Everybody who writes there, also while not a member."""
        return (*self.steady, self.floating)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody; two of them are the admins of all chats."""

    people: tuple[Person, ...]
    groups: tuple[Group, ...]

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
        yield await _grouped(people, chats)
    finally:
        for person in people:
            await person.close()


async def regrouped(people: Cast) -> Cast:
    """The same people in new chats."""
    return await _grouped(people.people, len(people.groups))


async def _grouped(people: tuple[Person, ...], chats: int) -> Cast:
    groups = [await _group(number, people[:2], people[2:]) for number in range(chats)]
    return Cast(people, tuple(groups))


async def _group(number: int, admins: tuple[Person, ...], others: tuple[Person, ...]) -> Group:
    """Seven members: an admin, five who stay (a different five a chat) and one who comes and goes."""
    admin = admins[number % len(admins)]
    chosen = [others[(number * 3 + step * 2) % len(others)] for step in range(6)]
    steady = tuple(dict.fromkeys(chosen[:5]))
    floating = next(person for person in (*chosen[5:], *others) if person not in steady)
    members = tuple(person.id for person in (*steady, floating))
    chat = await admin.create_chat(ChatKind.GROUP, members, f"Chat {number}")
    return Group(chat, admin, (admin, *steady), floating)
