"""Fills a running instance with people, chats, messages and images, through the public API alone.

People get names worth looking at and one password; whoever exists already is logged in again, so a
second run adds to the first.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Final, cast

import httpx

from nexync_client import NexyncError, RefusedError
from nexync_contracts import endpoints, rest
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId
from nexync_dev.config import Config, addresses
from nexync_dev.demo_person import PASSWORD, DemoPerson
from nexync_dev.drawing import drawing
from nexync_dev.errors import DevError
from nexync_dev.phrases import GROUPS, NAMES, sentence
from nexync_dev.steps import Steps

MESSAGES: Final = 20_000
CHATS: Final = 30
PER_SECOND: Final = 600
"""Messages a second over all people; far below what one gateway takes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A chat to be made: a private one has no title; the first member makes it."""

    title: str | None
    members: tuple[str, ...]
    messages: int


def fill(config: Config, steps: Steps) -> None:
    """Add 12 people, 30 chats of every kind, 20,000 messages and an image a group. Raises `DevError` when it can't."""
    where = addresses(config)
    try:
        asyncio.run(_fill(where["NEXYNC_PAGE"], where["NEXYNC_MAIL"], steps))
    except* (httpx.HTTPError, NexyncError, DevError, TimeoutError, OSError) as group:
        failed = _first(group)
        said = str(failed) or type(failed).__name__
        raise DevError(f"The demo stopped: {said} See the verb `status`.") from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def plan(names: Sequence[str], dice: random.Random) -> list[Plan]:
    """18 private chats and 12 groups of 3 to 12; the first person is in most. Few chats are very busy."""
    pairs = [(names[0], other) for other in names[1:]]
    others = [(a, b) for i, a in enumerate(names[1:], 1) for b in names[i + 1 :]]
    pairs += dice.sample(others, CHATS - len(GROUPS) - len(pairs))
    drafts: list[tuple[str | None, tuple[str, ...]]] = [(None, pair) for pair in pairs]
    for index, title in enumerate(GROUPS):
        size = min(len(names), 3 + index)
        drafts.append((title, (names[0], *dice.sample(names[1:], size - 1))))
    weights = [dice.paretovariate(1.1) for _ in drafts]
    plans = [
        Plan(title, members, max(20, int(MESSAGES * weight / sum(weights))))
        for (title, members), weight in zip(drafts, weights, strict=True)
    ]
    busiest = max(range(len(plans)), key=lambda index: plans[index].messages)
    surplus = sum(one.messages for one in plans) - MESSAGES
    plans[busiest] = replace(plans[busiest], messages=plans[busiest].messages - surplus)
    return plans


async def _fill(page: str, mail: str, steps: Steps) -> None:
    dice = random.Random(7)
    plans = plan(NAMES, dice)
    async with AsyncExitStack() as stack:
        people: dict[str, DemoPerson] = {}
        with steps.step(f"{len(NAMES)} people sign up with the code from the mail"):
            for name in NAMES:
                people[name] = DemoPerson(page, mail, name)
                stack.push_async_callback(people[name].close)
                await people[name].enter()
        with steps.step("They connect with each other"):
            await _connect_all(list(people.values()))
        with steps.step(f"{CHATS} chats: private ones and groups of 3 to {len(NAMES)}"):
            chats = [await _make(people, one) for one in plans]
        with steps.step(f"{MESSAGES:,} messages through {len(people)} sockets"):
            await _talk(people, list(zip(plans, chats, strict=True)), dice)
        with steps.step(f"A drawing in each of the {len(GROUPS)} groups"):
            for one, chat in zip(plans, chats, strict=True):
                if one.title is not None:
                    artist = people[dice.choice(one.members)]
                    alt = f"Discs of several colours, drawn for {one.title}"
                    await artist.show(chat, "drawing.png", drawing(dice), alt)
    steps.say(f"\nLog in as one of these, with the password {PASSWORD}:")
    steps.say("  " + ", ".join(NAMES))


async def _connect_all(everyone: Sequence[DemoPerson]) -> None:
    for index, first in enumerate(everyone):
        known = await first.rest.call(endpoints.CONNECTIONS, rest.PeoplePage)
        connected = {view.person for view in known.people if view.relation == "connected"}
        for second in everyone[index + 1 :]:
            if second.id in connected:
                continue
            ask = rest.AskBody(person=second.id)
            await first.rest.call(endpoints.ASK, rest.PersonView, body=ask)
            accept = {"person": first.id}
            await second.rest.call(endpoints.ACCEPT, rest.PersonView, path=accept)


async def _make(people: Mapping[str, DemoPerson], one: Plan) -> ChatId:
    owner = people[one.members[0]]
    others = tuple(people[name].id for name in one.members[1:])
    kind = ChatKind.PRIVATE if one.title is None else ChatKind.GROUP
    body = rest.CreateChatBody(kind=kind, name=one.title, members=others)
    try:
        return (await owner.rest.call(endpoints.CREATE_CHAT, rest.CommandDone, body=body)).chat
    except RefusedError:
        existing = await _existing(owner, others[0]) if one.title is None else None
        if existing is None:
            raise
        return existing


async def _existing(owner: DemoPerson, partner: PersonId) -> ChatId | None:
    page = await owner.rest.call(endpoints.CHATS, rest.ChatsPage, query={"limit": 200})
    for view in page.chats:
        if view.partner is not None and view.partner.person == partner:
            return view.chat
    return None


async def _talk(
    people: Mapping[str, DemoPerson],
    chats: Sequence[tuple[Plan, ChatId]],
    dice: random.Random,
) -> None:
    """Every chat's messages, by its members in turn."""
    lines = [(one, chat) for one, chat in chats for _ in range(one.messages)]
    dice.shuffle(lines)
    script: dict[str, list[tuple[ChatId, str]]] = {name: [] for name in people}
    for one, chat in lines:
        script[dice.choice(one.members)].append((chat, sentence(dice)))
    async with asyncio.TaskGroup() as group:
        for name, part in script.items():
            rate = PER_SECOND * max(1, len(part)) / len(lines)
            group.create_task(people[name].say(part, rate), name=f"demo {name}")
