"""A second factor that the operator asks for, over the wires: nothing else may be done before it is set up."""

import asyncio
import os
import socket
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from authenticator import turn_on
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from nexync_client import Rest
from nexync_contracts import endpoints, factor_endpoints, factor_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import CloseCode
from nexync_e2e.client import Device, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until, until_true

pytestmark = pytest.mark.e2e

NOT_SERVED = 405
"""For an operation of the contracts that no service has."""


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in listeners]
    for one in listeners:
        one.close()
    return ports


@asynccontextmanager
async def strict() -> AsyncGenerator[str]:
    """The address of another svc-auth of this instance, as a rollout that asks everybody would start it."""
    port, internal, admin = _free_ports(3)
    settings = {
        "NEXYNC_PORT": str(port),
        "NEXYNC_INTERNAL_PORT": str(internal),
        "NEXYNC_ADMIN_PORT": str(admin),
        "NEXYNC_SECOND_FACTOR": "everyone",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "svc_auth"),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(trust_env=False) as http:

            async def ready() -> bool | None:
                assert process.returncode is None
                try:
                    answer = await http.get(f"http://127.0.0.1:{admin}/readyz")
                except httpx.TransportError:
                    return None
                return answer.is_success or None

            await until(ready, "the other svc-auth", seconds=60, every=0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 60)


def _path(endpoint: Endpoint) -> dict[str, str]:
    """Something in each place of the path."""
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    return {name: "word" if name in endpoint.words else str(uuid.uuid4()) for name in names}


async def _close_code(client: Rest, gateway: str) -> int | None:
    """What a gateway closes with at once; None when it lets one in."""
    async with connect(gateway, additional_headers=client.handshake, proxy=None) as wire:
        try:
            await asyncio.wait_for(wire.recv(), 10)
        except ConnectionClosed:
            return wire.close_code
    return None


async def test_nothing_may_be_done_before_the_factor_is_set_up(where: Wires) -> None:
    """Who is logged in gets out at the next refresh; logged in anew, all of REST and the sockets wait for the app."""
    mine = await sign_up(where.page, where.mail)
    here = Device(mine, where.gateways[:1], name="here")
    async with strict() as address, here.running():
        old = Rest(address, origin=where.origin or where.page)
        answer = await old.raw(
            endpoints.REFRESH, headers={"Cookie": f"nexync_refresh={mine.rest.refresh_token}"}
        )
        assert answer.status_code == 401
        await until_true(lambda: bool(here.close_codes), "the socket closed", seconds=10)
        assert here.close_codes == [CloseCode.SESSION_ENDED]
        await old.close()

        client = Rest(address, origin=where.origin or where.page)
        login = {"login": mine.login, "password": mine.password}
        answer = await client.raw(endpoints.LOGIN, json=login)
        assert rest.SessionView.model_validate_json(answer.content).setup
        asked = [one for one in endpoints.ENDPOINTS if not one.open and not one.setup]
        async with httpx.AsyncClient(base_url=where.page, trust_env=False) as http:
            for endpoint in asked:
                answer = await http.request(
                    endpoint.method,
                    endpoint.path.format(**_path(endpoint)),
                    headers=client.handshake,
                )
                found = (answer.status_code, answer.json()["code"])
                if found[0] == NOT_SERVED:
                    continue
                assert found == (403, "second_factor_needed"), f"{endpoint.name}: {found}"
        for gateway in where.gateways:
            assert await _close_code(client, gateway) == CloseCode.SETUP_FIRST

        made = await client.call(
            factor_endpoints.ENROL_FACTOR,
            factor_rest.EnrolmentView,
            body=factor_rest.EnrolFactorBody(),
        )
        await turn_on(client, made.secret)
        await client.refresh()
        assert (await client.raw(endpoints.SESSIONS)).status_code == 200
        for gateway in where.gateways:
            async with connect(gateway, additional_headers=client.handshake, proxy=None) as wire:
                assert b'"welcome"' in bytes(await asyncio.wait_for(wire.recv(decode=False), 10))
        await client.close()
    await mine.close()
