"""A real rotation of the signing keys while somebody stays logged in."""

import asyncio
import base64
import json
import os
import sys

import pytest

from nexync_contracts import endpoints, rest
from nexync_contracts.rest import Jwks
from nexync_e2e.client import Device, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e

LEAD_SECONDS = 12
"""From publication to first use; the instance reads its files every two seconds."""


async def _rotate() -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "svc_auth", "rotate-keys"),
        env={**os.environ, "NEXYNC_SIGNING_LEAD_SECONDS": str(LEAD_SECONDS)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, said
    return said.decode()


def _kid(token: str) -> str:
    header = token.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]


async def test_nobody_is_logged_out_by_a_rotation(where: Wires) -> None:
    """The new key is published before it signs; old and new tokens open svc-chat and a gateway; no socket closes."""
    mine = await sign_up(where.page, where.mail)
    old = mine.rest.access_token
    device = Device(mine, where.gateways[:1], name="here")
    async with device.running():
        said = await _rotate()
        assert "PRIVATE" not in said
        new = said.split()[1]

        async def published() -> bool | None:
            found = Jwks.model_validate_json((await mine.rest.raw(endpoints.JWKS)).content)
            return {_kid(old), new} <= {key.kid for key in found.keys} or None

        await until(published, "the new key in the JWKS", seconds=10, every=0.2)
        await mine.rest.refresh()
        assert _kid(mine.rest.access_token) == _kid(old)

        async def signed() -> bool | None:
            await mine.rest.refresh()
            return _kid(mine.rest.access_token) == new or None

        await until(signed, "a token of the new key", seconds=LEAD_SECONDS + 15, every=0.5)
        for token in (mine.rest.access_token, old):
            for endpoint in (endpoints.SESSION, endpoints.CHATS):
                answer = await mine.rest.raw(endpoint, headers={"Cookie": f"nexync_access={token}"})
                assert answer.status_code == 200, (endpoint.name, answer.text)
        view = await mine.rest.call(endpoints.SESSION, rest.SessionView)
        assert view.person == mine.id
        there = Device(mine, where.gateways[1:2], name="there")
        async with there.running():
            assert there.live
        assert not device.close_codes
    await mine.close()
