"""Passkeys over the wires: added by the password, they open a session; removed by themselves, they open nothing."""

import pytest

from nexync_client import Rest
from nexync_contracts import endpoints, passkey_endpoints, passkey_rest, rest
from nexync_e2e.client import sign_up
from nexync_e2e.settings import Wires
from nexync_testing.authenticator import Authenticator

pytestmark = pytest.mark.e2e


async def test_a_passkey_from_adding_to_removing(where: Wires) -> None:
    """Without a password or a code; another origin's signature is refused."""
    mine = await sign_up(where.page, where.mail)
    creation = await mine.rest.call(
        passkey_endpoints.PASSKEY_OPTIONS,
        passkey_rest.PasskeyCreationView,
        body=passkey_rest.OwnerProofBody(current=mine.password),
    )
    named = where.page.replace("127.0.0.1", creation.rp_id)
    key = Authenticator(creation.rp_id, named)
    item = await mine.rest.call(
        passkey_endpoints.ADD_PASSKEY, passkey_rest.PasskeyItem, body=key.make(creation)
    )
    client = Rest(where.page, origin=named)

    async def log_in(origin: str) -> tuple[int, str]:
        options = await client.call(
            passkey_endpoints.LOGIN_PASSKEY_OPTIONS, passkey_rest.PasskeyRequestView
        )
        key.origin = origin
        body = passkey_rest.LoginPasskeyBody(passkey=key.sign(options))
        answer = await client.raw(
            passkey_endpoints.LOGIN_PASSKEY, json=body.model_dump(mode="json")
        )
        return answer.status_code, answer.text

    assert (await log_in("https://nexync.example"))[0] == 403
    assert (await client.raw(endpoints.SESSION)).status_code == 401
    status, text = await log_in(named)
    assert status == 200, text
    assert rest.SessionView.model_validate_json(text).person == mine.id
    assert (await client.raw(endpoints.SESSION)).status_code == 200
    proof = await client.call(
        passkey_endpoints.PASSKEY_PROOF_OPTIONS, passkey_rest.PasskeyRequestView
    )
    answer = await client.raw(
        passkey_endpoints.REMOVE_PASSKEY,
        path={"passkey": item.id},
        json=passkey_rest.OwnerProofBody(passkey=key.sign(proof)).model_dump(mode="json"),
    )
    assert answer.status_code == 204, answer.text
    assert (await log_in(named))[0] == 403
    await client.close()
    await mine.close()
