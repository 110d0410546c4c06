"""Fills a running instance with people, chats and messages, through the public API alone.

People get names worth looking at and the password `nexync-demo`; whoever exists already is logged in
again, so a second run adds to the first.
"""

import asyncio
import random
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, cast

import httpx

from nexync_contracts import endpoints, rest
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId
from nexync_dev.config import HOST, Config, addresses
from nexync_dev.errors import DevError
from nexync_dev.phrases import GROUPS, NAMES, sentence
from nexync_dev.steps import Steps
from nexync_e2e.client import Device, Person, RefusedError, Rest, log_in
from nexync_e2e.mail import MailInbox
from nexync_e2e.waiting import until_true

PASSWORD: Final = "nexync-demo"
MESSAGES: Final = 20_000
CHATS: Final = 30
PER_SECOND: Final = 600
"""Messages a second over all people; far below what one gateway takes."""

_IN_FLIGHT: Final = 24
"""Messages of one person without an outcome; below the server's limit of 32."""


@dataclass(frozen=True, slots=True)
class _Chat:
    chat: ChatId
    members: tuple[str, ...]
    messages: int


def fill(config: Config, steps: Steps) -> None:
    """Add 12 people, 30 chats of every kind and 20,000 messages. Raises `DevError` when it can't."""
    where = addresses(config)
    try:
        asyncio.run(_fill(where["NEXYNC_PAGE"], where["NEXYNC_MAIL"], config, steps))
    except* (httpx.HTTPError, RefusedError, TimeoutError, OSError) as group:
        failed = _first(group)
        said = str(failed) or type(failed).__name__
        raise DevError(f"The demo stopped: {said}. Is all of it up (verb `status`)?") from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


async def _fill(page: str, mail: str, config: Config, steps: Steps) -> None:
    dice = random.Random(7)
    async with AsyncExitStack() as stack:
        with steps.step(f"{len(NAMES)} people sign up with the code from the mail"):
            people: dict[str, Person] = {}
            for name in NAMES:
                people[name] = await _join(page, mail, name)
                stack.push_async_callback(people[name].close)
        with steps.step("They connect with each other"):
            await _connect_all(people)
        with steps.step(f"{CHATS} chats: private ones and groups of 3 to 12"):
            chats = await _make_chats(people, dice)
        with steps.step(f"{MESSAGES:,} messages through {len(people)} sockets"):
            socket = f"ws://{HOST}:{config.ports['edge']}/ws"
            await _talk(people, chats, socket, dice)
    steps.say(f"\nLog in as {NAMES[0]} (or another name above) with the password {PASSWORD}:")
    steps.say("  " + ", ".join(NAMES))


async def _join(page: str, mail: str, name: str) -> Person:
    email = f"{name}@nexync.test"
    try:
        return await log_in(page, name, PASSWORD)
    except RefusedError as error:
        if error.code is not ProblemCode.WRONG_CREDENTIALS:
            raise
    client = Rest(page)
    inbox = MailInbox(mail)
    try:
        body = rest.RegisterBody(email=email, username=name, password=PASSWORD)
        await client.call(endpoints.REGISTER, rest.Accepted, body=body)
        code = await inbox.code_for(email)
        verify = rest.VerifyBody(email=email, code=code)
        view = await client.call(endpoints.VERIFY, rest.SessionView, body=verify)
    except BaseException:
        await client.close()
        raise
    finally:
        await inbox.close()
    return Person(client, view, name, PASSWORD)


async def _connect_all(people: Mapping[str, Person]) -> None:
    everyone = list(people.values())
    for index, first in enumerate(everyone):
        known = await first.rest.call(endpoints.CONNECTIONS, rest.PeoplePage)
        connected = {view.person for view in known.people if view.relation == "connected"}
        for second in everyone[index + 1 :]:
            if second.id not in connected:
                await first.ask(second.id)
                await second.accept(first.id)


async def _make_chats(people: Mapping[str, Person], dice: random.Random) -> list[_Chat]:
    """18 private chats and 12 groups; the first person is in most of them."""
    names = list(people)
    pairs = [(names[0], other) for other in names[1:]]
    others = [(a, b) for i, a in enumerate(names[1:], 1) for b in names[i + 1 :]]
    pairs += dice.sample(others, CHATS - len(GROUPS) - len(pairs))
    plans: list[tuple[str | None, tuple[str, ...]]] = [(None, pair) for pair in pairs]
    for index, title in enumerate(GROUPS):
        size = min(len(names), 3 + index)
        plans.append((title, (names[0], *dice.sample(names[1:], size - 1))))
    weights = [dice.paretovariate(1.1) for _ in plans]
    chats: list[_Chat] = []
    for (title, members), weight in zip(plans, weights, strict=True):
        others_ids = tuple(people[name].id for name in members[1:])
        chat = await _chat(people[members[0]], title, others_ids)
        chats.append(_Chat(chat, members, max(20, int(MESSAGES * weight / sum(weights)))))
    surplus = sum(chat.messages for chat in chats) - MESSAGES
    largest = max(range(len(chats)), key=lambda index: chats[index].messages)
    trimmed = chats[largest]
    chats[largest] = _Chat(trimmed.chat, trimmed.members, trimmed.messages - surplus)
    return chats


async def _chat(owner: Person, title: str | None, others: tuple[PersonId, ...]) -> ChatId:
    if title is not None:
        return await owner.create_chat(ChatKind.GROUP, others, title)
    try:
        return await owner.create_chat(ChatKind.PRIVATE, others)
    except RefusedError:
        for view in await owner.chats():
            if view.partner is not None and view.partner.person == others[0]:
                return view.chat
        raise


async def _talk(
    people: Mapping[str, Person], chats: Sequence[_Chat], socket: str, dice: random.Random
) -> None:
    """Every chat's messages by its members in turn, at a bounded rate, with each outcome awaited."""
    script: dict[str, list[tuple[ChatId, str]]] = {name: [] for name in people}
    lines = [chat for chat in chats for _ in range(chat.messages)]
    dice.shuffle(lines)
    for chat in lines:
        script[dice.choice(chat.members)].append((chat.chat, sentence(dice)))
    async with asyncio.TaskGroup() as group:
        for name, part in script.items():
            rate = PER_SECOND * len(part) / max(1, len(lines))
            group.create_task(_speak(people[name], socket, part, rate), name=f"demo {name}")


async def _speak(
    person: Person, socket: str, part: Sequence[tuple[ChatId, str]], rate: float
) -> None:
    device = Device(
        person, (socket,), name=person.username, dice=random.Random(secrets.randbits(32))
    )
    loop = asyncio.get_running_loop()
    async with device.running():
        began = loop.time()
        for number, (chat, body) in enumerate(part):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            await until_true(
                lambda: device.outbox.unsettled < _IN_FLIGHT,
                f"{person.username}: room for a message",
                seconds=60,
            )
            await device.send(chat, body)
        await device.settled(seconds=60)
