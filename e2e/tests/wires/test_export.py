"""The whole of a chat through the edge: its export, line by line, and where a day begins."""

import pytest

from nexync_contracts import export_endpoints
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.export_rest import DayView, ExportLine
from nexync_e2e.client import Device, Person
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def test_one_takes_along_what_was_said_and_finds_the_day(
    where: Wires, ann: Person, bob: Person
) -> None:
    """More than a page, each line once and in order, with names; the day begins with the first line not before it."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Export")
    async with Device(ann, where.gateways[:1], name="ann").running() as device:
        for number in range(230):
            await device.send(chat, f"message {number}")
        await device.settled()
    answer = await bob.rest.raw(export_endpoints.EXPORT, path={"chat": chat})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chat.jsonl"'
    lines = [ExportLine.model_validate_json(line) for line in answer.content.splitlines()]
    assert [line.record.seq for line in lines] == list(range(1, len(lines) + 1))
    assert {line.username for line in lines} == {ann.username}
    said = [
        line.record.event.body for line in lines if isinstance(line.record.event, MessageCreated)
    ]
    assert said == [f"message {number}" for number in range(230)]

    for at, wanted in (
        (0, 1),
        (
            lines[100].record.at,
            next(x.record.seq for x in lines if x.record.at >= lines[100].record.at),
        ),
        (lines[-1].record.at + 1, None),
    ):
        day = await bob.rest.call(
            export_endpoints.DAY, DayView, path={"chat": chat}, query={"since": at}
        )
        assert day.seq == wanted
