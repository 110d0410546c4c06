"""Administration over the wires: an account is locked, and what its owner had open closes."""

import asyncio
import os
import secrets
import sys

import pytest

from nexync_client import RefusedError, Rest
from nexync_contracts import (
    admin_endpoints,
    admin_rest,
    bot_endpoints,
    bot_rest,
    endpoints,
    instance_endpoints,
    instance_rest,
    report_endpoints,
    report_rest,
)
from nexync_contracts.errors import CloseCode, ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_contracts.report_rest import ReportReason
from nexync_e2e.client import Device, Person, log_in, sign_up
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e


async def _command(*arguments: str) -> str:
    """What an operator does in a pod of svc-auth."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "svc_auth", "admin", *arguments),
        env=dict(os.environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said
    return said.decode()


async def test_who_is_locked_loses_every_socket_within_a_second(where: Wires, ann: Person) -> None:
    """On both gateways, with a bot's; logging in is refused in clear words until the account is unlocked (G6)."""
    admin = await sign_up(where.page, where.mail, prefix="adm")
    assert admin.username in await _command("grant", admin.username)
    again = await log_in(where.page, ann.login, ann.password)
    name = f"x{secrets.token_hex(6)}-bot"
    made = await ann.rest.call(
        bot_endpoints.MAKE_BOT, bot_rest.BotTokenView, body=bot_rest.NewBotBody(username=name)
    )
    here = Device(ann, where.gateways[:1], name="here")
    there = Device(again, where.gateways[1:], name="there")
    kept = Device(admin, where.gateways[:1], name="kept")
    proof = admin_rest.AdminProofBody(proof=OwnerProofBody(current=admin.password))
    async with (
        Rest(where.page, token=made.token) as bot,
        here.running(),
        there.running(),
        kept.running(),
    ):
        assert (await bot.raw(endpoints.CHATS)).status_code == 200
        locked = await admin.rest.call(
            admin_endpoints.DEACTIVATE,
            admin_rest.ManagedPerson,
            path={"person": ann.id},
            body=proof,
        )
        await until_true(
            lambda: bool(here.close_codes and there.close_codes), "both closed", seconds=1
        )
        assert [here.close_codes, there.close_codes] == [[CloseCode.SESSION_ENDED]] * 2
        assert not kept.close_codes
        assert (await bot.raw(endpoints.CHATS)).status_code == 401
    assert locked.deactivated_at is not None
    assert (await ann.rest.raw(endpoints.REFRESH)).status_code == 401
    with pytest.raises(RefusedError) as refused:
        await log_in(where.page, ann.login, ann.password)
    assert refused.value.code is ProblemCode.DEACTIVATED
    await admin.rest.call(
        admin_endpoints.REACTIVATE, admin_rest.ManagedPerson, path={"person": ann.id}, body=proof
    )
    await (await log_in(where.page, ann.login, ann.password)).close()
    page = await admin.rest.call(admin_endpoints.AUDIT_LOG, admin_rest.AuditPage)
    mine = [(one.by, one.action) for one in page.entries if one.subject == ann.username]
    assert mine == [
        (admin.username, admin_rest.AdminAction.REACTIVATED),
        (admin.username, admin_rest.AdminAction.DEACTIVATED),
    ]
    for person in (again, admin):
        await person.close()


async def test_an_invitation_can_be_looked_at_by_anybody(where: Wires) -> None:
    """An unknown one is over; what applies to new accounts is told before any log-in."""
    async with Rest(where.page) as nobody:
        facts = await nobody.call(instance_endpoints.INSTANCE, instance_rest.InstanceView)
        assert facts.registration is instance_rest.RegistrationMode.OPEN
        body = instance_rest.InvitationBody(invitation=secrets.token_urlsafe(32))
        with pytest.raises(RefusedError) as refused:
            await nobody.call(
                instance_endpoints.LOOK_AT_INVITATION, instance_rest.InvitationFacts, body=body
            )
        assert refused.value.code is ProblemCode.INVITATION_OVER
        assert (await nobody.raw(endpoints.SESSION)).status_code == 401


async def test_administrators_see_what_was_reported_and_close_it(
    where: Wires, ann: Person, bob: Person
) -> None:
    """With the message as it was, although its author edited it since; svc-chat asks svc-auth who may."""
    admin = await sign_up(where.page, where.mail, prefix="adm")
    await _command("grant", admin.username)
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    async with Device(bob, where.gateways[:1], name="bob").running() as device:
        sending = await device.send(chat, "as it was")
        await device.settled()
    body = report_rest.ReportBody(chat=chat, target=sending.seq, reason=ReportReason.ABUSE)
    await ann.rest.call(report_endpoints.REPORT, report_rest.ReportDone, body=body)

    async def mine() -> list[report_rest.ReportView]:
        page = await admin.rest.call(report_endpoints.REPORTS, report_rest.ReportsPage)
        return [one for one in page.reports if one.person == bob.id]

    waits = await mine()
    assert [(one.said, one.reporter) for one in waits] == [("as it was", ann.username)]
    path = {"report": waits[0].report}
    answer = await admin.rest.raw(report_endpoints.CLOSE_REPORT, path=path)
    assert answer.status_code == 204
    assert await mine() == []
    await _command("grant", ann.username)
    await _command("revoke", admin.username)
    assert (await admin.rest.raw(report_endpoints.REPORTS)).status_code == 403
    await admin.close()
