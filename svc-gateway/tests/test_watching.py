"""The watch over the subscribing connection, the planted faults, and the settings that allow them."""

import asyncio
from dataclasses import dataclass, field

import pytest
from gateway_backends import FakeChats, FakeLog
from gateway_ids import some_id
from gateway_world import Running, World, settle

from nexync_contracts.ids import PersonId
from nexync_runtime.settings import SettingsError, parse
from svc_gateway.adapters.commands import EarlyAckCommands
from svc_gateway.errors import BackendAwayError
from svc_gateway.repair import Comparer
from svc_gateway.settings import GatewaySettings
from svc_gateway.watching import Watch

ANA = PersonId(some_id())


@dataclass
class FakeConnection:
    away: bool = False

    async def ping(self) -> None:
        if self.away:
            raise BackendAwayError("redis pub/sub")


@dataclass
class FakeAuthority:
    voided: list[str] = field(default_factory=list[str])
    restored: int = 0
    away: bool = False

    def void(self, reason: str) -> None:
        self.voided.append(reason)

    async def restore(self) -> None:
        if self.away:
            raise BackendAwayError("svc-chat")
        self.restored += 1


def watch_over(world: World, connection: FakeConnection, authority: FakeAuthority) -> Watch:
    comparer = Comparer(rooms=world.core.rooms, windows=world, chats=FakeChats(world))
    return Watch(
        channels=connection,
        comparer=comparer,
        authority=authority,
        sleep=world.sleep,
        counts=world.counts,
    )


async def test_a_silent_connection_voids_once_and_an_answer_restores() -> None:
    async with Running() as world:
        connection, authority = FakeConnection(), FakeAuthority()
        watch = watch_over(world, connection, authority)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(watch.ping_forever()),
                group.create_task(watch.restore_forever()),
            ]
            await settle(50)
            assert (authority.voided, authority.restored) == ([], 1)
            connection.away = True
            await settle(50)
            assert authority.voided == ["BackendAwayError"]
            authority.away, connection.away = True, False
            await settle(50)
            assert authority.restored == 1
            authority.away = False
            await settle(50)
            assert authority.restored == 2
            for task in tasks:
                task.cancel()


async def test_a_resubscribe_compares_heads_with_svc_chat() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        client = await world.resumed(ANA)
        watch = watch_over(world, FakeConnection(), FakeAuthority())
        world.heads_lost = True
        world.message(chat, ANA, publish=False)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(watch.compare_forever())
            watch.resubscribed()
            await settle(60)
            task.cancel()
        assert [frame["seq"] for frame in client.new_frames() if frame["t"] == "event"] == [2]


async def test_the_early_ack_fault_acks_what_kafka_does_not_have() -> None:
    log = FakeLog()
    acked: list[Exception | None] = []
    EarlyAckCommands(log).produce(1, b"key", b"{}", acked.append)
    await settle()
    assert (acked, log.records) == ([None], [])


SETTINGS = {
    "NEXYNC_ENVIRONMENT": "development",
    "NEXYNC_PORT": "18101",
    "NEXYNC_ADMIN_PORT": "18201",
    "NEXYNC_REDIS_STATE_URL": "redis://127.0.0.1:6379/0",
    "NEXYNC_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "NEXYNC_PUBLIC_ORIGINS": "http://a.example, http://b.example",
    "NEXYNC_AUTH_INTERNAL_URL": "http://auth",
    "NEXYNC_CHAT_INTERNAL_URL": "http://chat",
}


def test_origins_are_separated_by_commas() -> None:
    settings = parse(GatewaySettings, SETTINGS)
    assert settings.origins == ("http://a.example", "http://b.example")
    assert not settings.faults


@pytest.mark.parametrize(
    ("fault", "environment"), [("repair_off", "production"), ("gremlins", "development")]
)
def test_planted_faults_are_refused(fault: str, environment: str) -> None:
    changed = {**SETTINGS, "NEXYNC_FAULT": fault, "NEXYNC_ENVIRONMENT": environment}
    with pytest.raises(SettingsError, match="NEXYNC_FAULT"):
        parse(GatewaySettings, changed)
