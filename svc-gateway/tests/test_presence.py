"""Who is here is said once in a while for as long as they have a socket."""

from collections.abc import Sequence

import pytest
from gateway_ids import some_id
from gateway_world import Running, World

from nexync_contracts.channels import SEEN_EVERY_SECONDS
from nexync_contracts.ids import PersonId
from svc_gateway.errors import BackendAwayError
from svc_gateway.presence import Presence

ANA, BEN = PersonId(some_id()), PersonId(some_id())


class FakeSeen:
    def __init__(self) -> None:
        self.said: list[tuple[set[PersonId], int]] = []
        self.away = False

    async def seen(self, people: Sequence[PersonId], unix_seconds: int) -> None:
        if self.away:
            raise BackendAwayError("redis")
        self.said.append((set(people), unix_seconds))


def presence(world: World, seen: FakeSeen) -> Presence:
    kit = world.core.kit
    return Presence(people=world.core.people, seen=seen, clock=kit.clock, sleep=world.sleep)


async def test_a_person_is_said_once_however_many_pages_and_not_after_the_last() -> None:
    async with Running() as world:
        seen = FakeSeen()
        beats = presence(world, seen)
        pages = [await world.resumed(ANA), await world.resumed(ANA)]
        await world.resumed(BEN)
        await beats.beat()
        await beats.beat()
        assert seen.said == [({ANA, BEN}, world.now_ms // 1000)]
        pages[0].socket.connection_lost(None)
        world.now += SEEN_EVERY_SECONDS
        await beats.beat()
        assert seen.said[1][0] == {ANA, BEN}
        pages[1].socket.connection_lost(None)
        world.now += SEEN_EVERY_SECONDS
        await beats.beat()
        assert seen.said[2][0] == {BEN}


async def test_who_could_not_be_said_is_said_when_redis_is_back() -> None:
    async with Running() as world:
        seen = FakeSeen()
        beats = presence(world, seen)
        await world.resumed(ANA)
        seen.away = True
        with pytest.raises(BackendAwayError):
            await beats.beat()
        seen.away = False
        await beats.beat()
        assert seen.said[0][0] == {ANA}
