"""Sessions over the wires: ending them closes their sockets on every gateway."""

import pytest

from nexync_contracts import endpoints, rest
from nexync_e2e.client import Device, log_in, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e

SESSION_ENDED = 4501


async def test_ended_sessions_lose_their_sockets_on_every_gateway_within_a_second(
    where: Wires,
) -> None:
    """One session by itself, then all others at once; the one that asks keeps its socket (G6)."""
    mine = await sign_up(where.page, where.mail)
    others = [await log_in(where.page, mine.login, mine.password) for _ in range(3)]
    gateways = [where.gateways[number : number + 1] for number in (0, 0, 1, 1)]
    here, one, two, three = (
        Device(person, gateway, name=f"device-{number}")
        for number, (person, gateway) in enumerate(zip((mine, *others), gateways, strict=True))
    )
    async with here.running(), one.running(), two.running(), three.running():
        page = await mine.rest.call(endpoints.SESSIONS, rest.SessionsPage)
        assert {item.session for item in page.sessions if not item.current} == {
            other.session for other in others
        }
        answer = await mine.rest.raw(endpoints.END_SESSION, path={"session": others[0].session})
        assert answer.status_code == 204
        await until_true(lambda: bool(one.close_codes), "one socket closed", seconds=1)
        assert not two.close_codes
        answer = await mine.rest.raw(endpoints.END_OTHER_SESSIONS)
        assert answer.status_code == 204
        await until_true(
            lambda: bool(two.close_codes and three.close_codes), "the others closed", seconds=1
        )
        assert [device.close_codes for device in (one, two, three)] == [[SESSION_ENDED]] * 3
        assert not here.close_codes
    for other in others:
        assert (await other.rest.raw(endpoints.SESSION)).status_code == 401
        assert (await other.rest.raw(endpoints.REFRESH)).status_code == 401
    for person in (mine, *others):
        await person.close()
