"""An edge that ends: its sockets are led away in waves, and nobody else's."""

import asyncio

import pytest
from gateway_client import Client
from gateway_ids import some_id
from gateway_world import Running, World, settle

from nexync_contracts.ids import PersonId
from svc_gateway.adapters.listening import Listening
from svc_gateway.entrances import MOST, Entrances, host_of
from svc_gateway.socket import Socket

ANA = PersonId(some_id())


class Hosts:
    """Which hosts listen: True, False for refusing, None for no answer."""

    def __init__(self) -> None:
        self.answers: dict[str, bool | None] = {}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> bool | None:
        self.asked.append(host)
        return self.answers[host]


def through(world: World, host: str) -> Client:
    """A client whose connection came from that host."""
    client = world.client(ANA)
    client.socket.host = host
    client.handshake()
    return client


def watching(world: World, hosts: Hosts, spread: float = 1.0) -> Entrances:
    kit = world.core.kit
    return Entrances(
        keeper=kit.keeper,
        flusher=kit.flusher,
        listens=hosts,
        sleep=world.sleep,
        spawn=kit.spawn,
        counts=world.counts,
        spread_seconds=spread,
    )


def told(client: Client) -> bool:
    """Whether it was told to move."""
    return "drain" in [frame["t"] for frame in client.new_frames()]


async def test_sockets_of_an_edge_that_stopped_are_led_away_in_waves_and_once() -> None:
    """Those through another edge stay where they are, and nobody is closed."""
    async with Running() as world:
        leaving = [through(world, "10.0.0.1") for _ in range(8)]
        staying = through(world, "10.0.0.2")
        await settle()
        hosts = Hosts()
        hosts.answers = {"10.0.0.1": True, "10.0.0.2": True}
        entrances = watching(world, hosts)
        await entrances.look()
        hosts.answers["10.0.0.1"] = False
        await entrances.look()
        await settle()
        assert all(told(client) for client in leaving)
        assert world.sleeps.count(0.25) == 4
        await entrances.look()
        await settle()
        assert not any(told(client) for client in [*leaving, staying])
        assert {client.close_code for client in [*leaving, staying]} == {None}
        assert world.counts.edges_left == 1


@pytest.mark.parametrize(
    "answers", [(False, False), (None, False), (True, None), (True, None, True)]
)
async def test_only_who_listened_and_refuses_has_stopped(answers: tuple[bool | None, ...]) -> None:
    """No answer says nothing, and who never listened is no edge of ours."""
    async with Running() as world:
        client = through(world, "10.0.0.1")
        await settle()
        client.new_frames()
        hosts = Hosts()
        entrances = watching(world, hosts)
        for answer in answers:
            hosts.answers["10.0.0.1"] = answer
            await entrances.look()
            await settle()
        assert not told(client)


async def test_an_edge_that_is_silent_for_a_moment_may_still_stop() -> None:
    """What it said before counts."""
    async with Running() as world:
        client = through(world, "10.0.0.1")
        await settle()
        hosts = Hosts()
        entrances = watching(world, hosts)
        for answer in (True, None, False):
            hosts.answers["10.0.0.1"] = answer
            await entrances.look()
        await settle()
        assert told(client)


async def test_hosts_are_asked_while_they_have_sockets_and_so_many_at_most() -> None:
    """One whose last socket has gone is forgotten."""
    async with Running() as world:
        clients = [through(world, f"10.0.1.{number}") for number in range(MOST + 1)]
        await settle()
        hosts = Hosts()
        hosts.answers = dict.fromkeys(world.core.kit.keeper.hosts, True)
        entrances = watching(world, hosts)
        await entrances.look()
        assert len(hosts.asked) == MOST
        for client in clients:
            client.hang_up()
        assert not world.core.kit.keeper.hosts
        hosts.asked.clear()
        await entrances.look()
        assert hosts.asked == []
        back = through(world, "10.0.1.0")
        await settle()
        hosts.answers["10.0.1.0"] = False
        await entrances.look()
        await settle()
        assert not told(back)


async def test_a_port_is_asked_over_tcp() -> None:
    """It answers while somebody listens there, and refuses afterwards."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    listens = Listening(port)
    assert await listens("127.0.0.1") is True
    server.close()
    await server.wait_closed()
    assert await listens("127.0.0.1") is False
    assert await listens("nowhere.invalid") is None


async def test_a_socket_knows_the_host_at_its_other_end() -> None:
    """The same object for all sockets of a host: thousands of them share it."""
    async with Running() as world:
        made: list[Socket] = []
        ended = asyncio.Semaphore(0)

        class Ending(Socket):
            """Says when it has gone."""

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                made.append(self)
                ended.release()

        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Ending(world.core.kit), "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        for _ in range(2):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            await ended.acquire()
        server.close()
        assert [one.host for one in made] == ["127.0.0.1", "127.0.0.1"]
        assert made[0].host is made[1].host
        assert host_of(world.client(ANA).transport) == ""
