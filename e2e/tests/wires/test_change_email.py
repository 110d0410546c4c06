"""Another e-mail address over the wires: two mails, closed sockets, and log-in by the new address alone."""

import pytest

from nexync_client import Rest
from nexync_contracts import email_endpoints, email_rest, endpoints, rest
from nexync_e2e.client import Device, log_in, sign_up
from nexync_e2e.mail import MailInbox
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e

SESSION_ENDED = 4501


async def test_from_the_password_to_the_new_address(where: Wires) -> None:
    """Only the code changes it; the old address is told, opens nothing any more and is free."""
    mine = await sign_up(where.page, where.mail)
    other = await log_in(where.page, mine.login, mine.password)
    own = await mine.rest.call(email_endpoints.EMAIL, email_rest.EmailView)
    # No digits, which could be taken for the code.
    new = f"{mine.login}.new@nexync.test"
    there = Device(other, where.gateways[1:2], name="there")
    async with there.running():
        await mine.rest.call(
            email_endpoints.CHANGE_EMAIL,
            rest.Accepted,
            body=email_rest.ChangeEmailBody(email=new, current=mine.password),
        )
        waiting = await mine.rest.call(email_endpoints.EMAIL, email_rest.EmailView)
        assert waiting.email == own.email
        assert waiting.pending is not None
        assert waiting.pending.email == new
        inbox = MailInbox(where.mail)
        code = await inbox.code_for(new)
        await inbox.close()
        answer = await other.rest.raw(email_endpoints.PROVE_EMAIL, json={"code": code})
        assert answer.json()["code"] == "wrong_code"
        answer = await mine.rest.raw(email_endpoints.PROVE_EMAIL, json={"code": code})
        assert answer.status_code == 204, answer.text
        await until_true(lambda: bool(there.close_codes), "the other closed", seconds=1)
        assert there.close_codes == [SESSION_ENDED]
    client = Rest(where.page)
    for login, status in ((own.email, 401), (new, 200)):
        body = {"login": login, "password": mine.password}
        assert (await client.raw(endpoints.LOGIN, json=body)).status_code == status
    await client.close()
    for person in (mine, other):
        await person.close()
