"""Bots over fakes: whose they are, how many, and what ends when a token does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from auth_world import ADA, FakeAnnouncer, FakeLimits

from nexync_contracts import limits
from nexync_contracts.bot_rest import TokenCheck
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId
from nexync_runtime.http import ProblemError
from svc_auth.bot_ports import Bot, BotRefused, Changed, Holder, NewToken
from svc_auth.bots import BotKeeper
from svc_auth.throttling import BOTS_A_DAY, Throttle

BOB = PersonId("00000000-0000-4000-8000-0000000000b0")
TAKEN = "taken-bot"


class FakeBots:
    """Bots in memory; one username is somebody's."""

    def __init__(self) -> None:
        self.rows: dict[PersonId, tuple[PersonId, Bot]] = {}
        self.tokens: dict[PersonId, NewToken] = {}
        self.retired: set[PersonId] = set()

    async def of(self, owner: PersonId) -> Sequence[Bot]:
        mine = [bot for whose, bot in self.rows.values() if whose == owner]
        return [bot for bot in reversed(mine) if bot.person not in self.retired]

    async def add(
        self, owner: PersonId, bot: Bot, token: NewToken, *, most: int
    ) -> BotRefused | None:
        if len(await self.of(owner)) >= most:
            return BotRefused.FULL
        if bot.username == TAKEN:
            return BotRefused.USERNAME_TAKEN
        self.rows[bot.person] = (owner, bot)
        self.tokens[bot.person] = token
        return None

    def _mine(self, owner: PersonId, bot: PersonId) -> bool:
        return bot in self.rows and self.rows[bot][0] == owner

    async def renew(self, owner: PersonId, bot: PersonId, token: NewToken) -> Changed | None:
        if not self._mine(owner, bot) or bot in self.retired:
            return None
        before = self.tokens.get(bot)
        self.tokens[bot] = token
        self.rows[bot] = (owner, replace(self.rows[bot][1], token_at=token.at))
        return Changed(self.rows[bot][1], before.session if before else None)

    async def revoke(
        self, owner: PersonId, bot: PersonId, now: datetime, *, retire: bool
    ) -> Changed | None:
        if not self._mine(owner, bot) or (bot in self.retired and not retire):
            return None
        before = self.tokens.pop(bot, None)
        if retire:
            self.retired.add(bot)
        self.rows[bot] = (owner, replace(self.rows[bot][1], token_at=None))
        return Changed(self.rows[bot][1], before.session if before else None)

    async def holder(self, token_hash: bytes, now: datetime) -> Holder | None:
        for person, token in self.tokens.items():
            if token.token_hash == token_hash:
                return Holder(person, self.rows[person][1].username, token.session)
        return None


class World:
    """Everything together."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.bots = FakeBots()
        self.announcer = FakeAnnouncer()
        self.keeper = BotKeeper(
            bots=self.bots,
            announcer=self.announcer,
            throttle=Throttle(FakeLimits(), by_address=True),
            clock=lambda: self.now,
        )

    async def refused(self, username: str) -> ProblemCode:
        """Why there is no such new bot."""
        with pytest.raises(ProblemError) as error:
            await self.keeper.make(ADA, username, "")
        return error.value.problem.code


@pytest.fixture
def world() -> World:
    return World()


async def test_a_token_says_whose_it_is_and_is_nowhere_kept(world: World) -> None:
    """Only its hash is; the claims are good for a minute."""
    bot, token = await world.keeper.make(ADA, "build-bot", "")
    assert TokenCheck(token=token)
    assert bot.name == "build-bot"
    assert token not in repr((world.bots.rows, world.bots.tokens))
    claims = await world.keeper.claims(token)
    assert claims is not None
    assert (claims.sub, claims.username, claims.bot) == (bot.person, "build-bot", True)
    assert claims.exp - claims.iat == limits.BOT_CLAIMS_SECONDS
    assert await world.keeper.claims(token[:-1] + "x") is None


async def test_another_token_ends_the_one_before(world: World) -> None:
    """Its sockets too."""
    bot, first = await world.keeper.make(ADA, "build-bot", "Builder")
    session = world.bots.tokens[bot.person].session
    world.now += timedelta(days=1)
    renewed, second = await world.keeper.renew(ADA, bot.person)
    assert renewed.token_at == world.now
    assert world.announcer.ended == [session]
    assert await world.keeper.claims(first) is None
    assert await world.keeper.claims(second) is not None


async def test_taking_back_and_retiring(world: World) -> None:
    """A bot without a token can have another; a retired one can't, and is in no list."""
    bot, token = await world.keeper.make(ADA, "build-bot", "")
    await world.keeper.revoke(ADA, bot.person)
    assert await world.keeper.claims(token) is None
    await world.keeper.revoke(ADA, bot.person)
    await world.keeper.renew(ADA, bot.person)
    await world.keeper.revoke(ADA, bot.person, retire=True)
    assert await world.keeper.of(ADA) == []
    with pytest.raises(ProblemError) as error:
        await world.keeper.renew(ADA, bot.person)
    assert error.value.problem.status == 404


async def test_somebody_elses_bot_is_no_bot(world: World) -> None:
    """For its token, its end and the list."""
    bot, token = await world.keeper.make(ADA, "build-bot", "")
    assert await world.keeper.of(BOB) == []
    for attempt in (
        world.keeper.renew(BOB, bot.person),
        world.keeper.revoke(BOB, bot.person),
        world.keeper.revoke(BOB, bot.person, retire=True),
    ):
        with pytest.raises(ProblemError) as error:
            await attempt
        assert error.value.problem.code is ProblemCode.NOT_FOUND
    assert await world.keeper.claims(token) is not None
    assert world.announcer.ended == []


async def test_names_and_numbers_have_limits(world: World) -> None:
    """Taken, the service's own, one too many, and too many in a day, those that were refused among them."""
    assert await world.refused(TAKEN) is ProblemCode.USERNAME_TAKEN
    assert await world.refused("nexync-bot") is ProblemCode.USERNAME_TAKEN
    made = [(await world.keeper.make(ADA, f"bot{n}-bot", ""))[0] for n in range(limits.BOTS)]
    assert await world.refused("one-more-bot") is ProblemCode.CONFLICT
    for bot in made:
        await world.keeper.revoke(ADA, bot.person, retire=True)
    for number in range(limits.BOTS + 2, BOTS_A_DAY.most):
        bot, _ = await world.keeper.make(ADA, f"more{number}-bot", "")
        await world.keeper.revoke(ADA, bot.person, retire=True)
    assert await world.refused("the-last-bot") is ProblemCode.TOO_MANY
