"""Bots over the wires: made by a person, let in by one, and no further than that."""

import asyncio
import importlib.util
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from nexync_client import Client, EndedError, Happening, RefusedError, Rest, history
from nexync_contracts import (
    bot_endpoints,
    bot_rest,
    endpoints,
    group_endpoints,
    message_endpoints,
    people_endpoints,
    profile_endpoints,
    rest,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import CloseCode, ProblemCode
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_e2e.client import Device, Person
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e

ECHO = Path(__file__).parents[3] / "libs/client/examples/echo_bot.py"


class Bot(NamedTuple):
    """A bot of Ann's, connected with her."""

    id: PersonId
    username: str
    token: str


async def make(owner: Person) -> Bot:
    """A new bot, which the owner is connected with at once."""
    body = bot_rest.NewBotBody(username=f"x{secrets.token_hex(6)}-bot", name="Builder")
    made = await owner.rest.call(bot_endpoints.MAKE_BOT, bot_rest.BotTokenView, body=body)
    assert await owner.ask(made.bot.bot) == "connected"
    return Bot(made.bot.bot, made.bot.username, made.token)


@pytest_asyncio.fixture
async def bot(ann: Person) -> Bot:
    """A bot of Ann's."""
    return await make(ann)


@pytest_asyncio.fixture
async def api(where: Wires, bot: Bot) -> AsyncGenerator[Rest]:
    """REST with the bot's token."""
    async with Rest(where.page, token=bot.token) as client:
        yield client


async def test_the_example_answers_in_a_group(
    where: Wires, ann: Person, bob: Person, bot: Bot
) -> None:
    """Thirty lines, through the edge: it answers Bob, not itself, and everybody sees that it is a bot."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id, bot.id), "Echoes")
    members = {one.person: one.bot for one in (await bob.chat(chat)).members}
    assert members == {ann.id: False, bob.id: False, bot.id: True}
    main = _example()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(main(where.page, bot.token))
        async with Device(bob, where.gateways[:1], name="bob").running() as device:
            seq = await _until_answered(device, chat, bot.id)
        running.cancel()
    event = next(piece for piece in (await bob.history(chat)).pieces if piece.first == seq).event
    assert isinstance(event, MessageCreated)
    assert event.body == "hello"
    assert event.reply_to is not None


async def test_a_bot_sees_the_chats_where_it_is_and_nothing_else(
    where: Wires, ann: Person, bob: Person, bot: Bot, api: Rest
) -> None:
    """By REST and by the socket, the same as a person who isn't in them."""
    mine = await ann.create_chat(ChatKind.GROUP, (bot.id,), "With it")
    other = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Without it")
    page = await api.call(endpoints.CHATS, rest.ChatsPage)
    assert [chat.chat for chat in page.chats] == [mine]
    with pytest.raises(RefusedError) as refused:
        await history(api, other)
    assert refused.value.code is ProblemCode.NOT_FOUND
    client = Client(api, where.gateways[:1])
    async with client.running():
        assert (await client.outcome(await client.send(other, "let me in"))).code == "not_a_member"
        assert (await client.outcome(await client.send(mine, "hello"))).seq == 2
        await ann.remove_member(mine, bot.id)
        assert (await client.outcome(await client.send(mine, "still?"))).code == "not_a_member"


async def test_a_bot_may_do_only_what_is_for_bots(ann: Person, bot: Bot, api: Rest) -> None:
    """It makes no chats, looks nobody up, changes no account, and makes no bots."""
    chat = await ann.create_chat(ChatKind.GROUP, (bot.id,), "Limits")
    wanted: list[tuple[Endpoint, dict[str, str], int]] = [
        (endpoints.PEOPLE, {}, 403),
        (endpoints.CONNECTIONS, {}, 403),
        (endpoints.ASK, {}, 403),
        (endpoints.CREATE_CHAT, {}, 403),
        (endpoints.ADD_MEMBER, {"chat": chat}, 403),
        (group_endpoints.MAKE_INVITE, {"chat": chat}, 403),
        (group_endpoints.SET_TAGLINE, {"chat": chat}, 403),
        (people_endpoints.SUGGESTIONS, {}, 403),
        (profile_endpoints.OWN_PROFILE, {}, 403),
        (endpoints.SESSIONS, {}, 401),
        (endpoints.CHANGE_PASSWORD, {}, 401),
        (bot_endpoints.BOTS, {}, 401),
        (bot_endpoints.MAKE_BOT, {}, 401),
        (endpoints.CHAT, {"chat": chat}, 200),
        (message_endpoints.TIMELINE, {"chat": chat}, 200),
        (group_endpoints.MEMBERS, {"chat": chat}, 200),
    ]
    answers = [
        (endpoint.name, (await api.raw(endpoint, path=path, json={})).status_code)
        for endpoint, path, _ in wanted
    ]
    assert answers == [(endpoint.name, status) for endpoint, _, status in wanted]


@pytest.mark.parametrize("how", ["revoked", "renewed", "retired"])
async def test_a_token_that_was_taken_back_is_over_within_a_second(
    where: Wires, ann: Person, bot: Bot, api: Rest, how: str
) -> None:
    """Open sockets, new ones, and REST, although services remember tokens for a minute."""
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "revoked": lambda: ann.rest.raw(bot_endpoints.REVOKE_BOT_TOKEN, path={"bot": bot.id}),
        "renewed": lambda: ann.rest.raw(bot_endpoints.RENEW_BOT_TOKEN, path={"bot": bot.id}),
        "retired": lambda: ann.rest.raw(bot_endpoints.RETIRE_BOT, path={"bot": bot.id}),
    }
    assert (await api.raw(endpoints.CHATS)).status_code == 200
    client = Client(api, where.gateways[:1])
    async with client.listening() as happenings:
        await ways[how]()
        with pytest.raises(EndedError) as ended:
            async with asyncio.timeout(1):
                await _to_the_end(happenings)
    assert ended.value.code == CloseCode.SESSION_ENDED
    assert (await api.raw(endpoints.CHATS)).status_code == 401
    with pytest.raises(ExceptionGroup) as again:
        await _connect(api, where)
    assert again.group_contains(EndedError)


async def test_a_bot_belongs_to_its_owner(ann: Person, bob: Person, bot: Bot) -> None:
    """Somebody else can't change it; the owner's list has no token in it."""
    for endpoint in (
        bot_endpoints.RENEW_BOT_TOKEN,
        bot_endpoints.REVOKE_BOT_TOKEN,
        bot_endpoints.RETIRE_BOT,
    ):
        assert (await bob.rest.raw(endpoint, path={"bot": bot.id})).status_code == 404
    page = await ann.rest.raw(bot_endpoints.BOTS)
    assert bot.username in page.text
    assert bot.token not in page.text
    assert (await bob.rest.call(bot_endpoints.BOTS, bot_rest.BotsPage)).bots == ()


async def test_who_is_blocked_by_the_owner_gets_nothing_of_the_bot(
    ann: Person, cid: Person, bot: Bot
) -> None:
    """Neither a connection nor a place in a search; before the block both."""
    found = await _search(cid, bot.username)
    assert [(one.person, one.bot) for one in found] == [(bot.id, True)]
    await ann.rest.raw(profile_endpoints.BLOCK, path={"person": cid.id})
    assert await _search(cid, bot.username) == ()
    with pytest.raises(RefusedError) as refused:
        await cid.ask(bot.id)
    assert refused.value.code is ProblemCode.FORBIDDEN


async def test_a_name_is_checked_and_nobody_logs_in_as_a_bot(where: Wires, ann: Person) -> None:
    """It says that it is a bot; and there is no password."""
    body = {"username": "builder", "name": ""}
    answer = await ann.rest.raw(bot_endpoints.MAKE_BOT, json=body)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (422, ["body", "username"])
    made = await make(ann)
    async with Rest(where.page) as nobody:
        for password in ("", " " * 8, made.token):
            login = {"login": made.username, "password": password}
            assert (await nobody.raw(endpoints.LOGIN, json=login)).status_code in {401, 422}


async def _search(person: Person, text: str) -> tuple[rest.PersonView, ...]:
    query: dict[str, int | str] = {"q": text}
    return (await person.rest.call(endpoints.PEOPLE, rest.PeoplePage, query=query)).people


async def _connect(api: Rest, where: Wires) -> None:
    async with Client(api, where.gateways[1:]).running(seconds=20):
        pytest.fail("the token is over")


async def _to_the_end(happenings: AsyncIterator[Happening]) -> None:
    async for _ in happenings:
        pass


async def _until_answered(device: Device, chat: ChatId, bot: PersonId) -> int:
    """Ask until the bot, which is on its way, has answered; the seq of the answer."""
    async with asyncio.timeout(30):
        while True:
            await device.send(chat, "!echo hello")
            await device.settled()
            for piece in device.inboxes[chat_stream(chat)].pieces:
                if piece.by == bot and isinstance(piece.event, MessageCreated):
                    return piece.first
            await asyncio.sleep(0.2)


def _example() -> Callable[[str, str], Coroutine[None, None, None]]:
    spec = importlib.util.spec_from_file_location("echo_bot", ECHO)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main
