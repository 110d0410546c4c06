"""A report of a message over the wires."""

import pytest

from nexync_contracts import report_endpoints
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.report_rest import ReportBody, ReportDone, ReportReason
from nexync_e2e.client import Device, Person, RefusedError
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def test_a_message_is_reported_by_those_who_see_it(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """At once after it was sent, before Postgres has it; not by somebody who isn't in the chat."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    body = ReportBody(chat=chat, target=2, reason=ReportReason.ABUSE, comment="look at this")
    async with Device(bob, where.gateways[:1], name="bob").running() as device:
        await device.send(chat, "rude")
        await device.settled()
        done = await ann.rest.call(report_endpoints.REPORT, ReportDone, body=body)
        assert not done.again
        assert (await ann.rest.call(report_endpoints.REPORT, ReportDone, body=body)).again
    with pytest.raises(RefusedError) as stranger:
        await cid.rest.call(report_endpoints.REPORT, ReportDone, body=body)
    assert stranger.value.code is ProblemCode.NOT_FOUND
