"""The second factor over the wires: no session and no socket before the code, and the others end at once."""

import pytest
from authenticator import turn_on

from nexync_client import Rest
from nexync_contracts import endpoints, factor_endpoints, factor_rest, rest
from nexync_e2e.client import Device, log_in, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e

SESSION_ENDED = 4501


async def test_from_the_password_to_the_session(where: Wires) -> None:
    """Turning it on closes the sockets of other sessions; the password alone opens nothing; the code does, once."""
    mine = await sign_up(where.page, where.mail)
    other = await log_in(where.page, mine.login, mine.password)
    here = Device(mine, where.gateways[:1], name="here")
    there = Device(other, where.gateways[1:2], name="there")
    async with here.running(), there.running():
        made = await mine.rest.call(
            factor_endpoints.ENROL_FACTOR,
            factor_rest.EnrolmentView,
            body=factor_rest.EnrolFactorBody(current=mine.password),
        )
        first, shown = await turn_on(mine.rest, made.secret)
        await until_true(lambda: bool(there.close_codes), "the other closed", seconds=1)
        assert there.close_codes == [SESSION_ENDED]
        assert not here.close_codes
    client = Rest(where.page)
    login = {"login": mine.login, "password": mine.password}
    answer = await client.raw(endpoints.LOGIN, json=login)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    assert (await client.raw(endpoints.SESSION)).status_code == 401
    assert not client.access_token
    answer = await client.raw(factor_endpoints.LOGIN_CODE, json={"code": first})
    assert answer.json()["code"] == "wrong_code"
    answer = await client.raw(factor_endpoints.LOGIN_CODE, json={"code": shown.codes[0]})
    view = rest.SessionView.model_validate_json(answer.content)
    assert view.person == mine.id
    assert (await client.raw(endpoints.SESSION)).status_code == 200
    answer = await client.raw(factor_endpoints.LOGIN_CODE, json={"code": shown.codes[1]})
    assert answer.json()["code"] == "login_over"
    await client.close()
    for person in (mine, other):
        await person.close()
