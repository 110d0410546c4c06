"""Messages for later over the wires: they come at their time, once, and only if their author may still write."""

import asyncio
import sys
import time
import uuid

import pytest

from nexync_contracts import attachment_endpoints, scheduled_endpoints
from nexync_contracts.errors import ProblemCode, RejectCode
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import AttachmentId, ChatId, chat_stream
from nexync_contracts.scheduled_rest import (
    RescheduleBody,
    ScheduleBody,
    ScheduledList,
    ScheduledView,
)
from nexync_e2e import files
from nexync_e2e.client import Device, Person, RefusedError
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until, until_true

pytestmark = pytest.mark.e2e

HOUR_MS = 3_600_000


def unix_ms() -> int:
    return int(time.time() * 1000)


async def schedule(
    person: Person, chat: ChatId, body: str, at: int, key: str | None = None
) -> ScheduledView:
    return await person.rest.call(
        scheduled_endpoints.SCHEDULE,
        ScheduledView,
        path={"chat": chat},
        body=ScheduleBody(at=at, body=body),
        key=key,
    )


async def waiting(person: Person, chat: ChatId) -> list[ScheduledView]:
    found = await person.rest.call(
        scheduled_endpoints.SCHEDULED, ScheduledList, path={"chat": chat}
    )
    return list(found.messages)


async def reschedule(person: Person, message: ScheduledView, body: RescheduleBody) -> ScheduledView:
    return await person.rest.call(
        scheduled_endpoints.RESCHEDULE,
        ScheduledView,
        path={"chat": message.chat, "scheduled": message.scheduled},
        body=body,
    )


def said(device: Device, chat: ChatId) -> list[str]:
    return [
        piece.event.body
        for piece in device.inboxes[chat_stream(chat)].pieces
        if isinstance(piece.event, MessageCreated)
    ]


async def restart_chat() -> None:
    """Ends svc-chat in the middle of whatever it does, and starts it again."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nexync_dev", "restart", "chat", stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(120):
        assert await process.wait() == 0


async def test_messages_come_at_their_time_changed_and_once(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Another text and time count, what was deleted never comes, and what is sent now comes now."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    key = str(uuid.uuid4())
    far = unix_ms() + HOUR_MS
    first = await schedule(ann, chat, "first", far, key)
    assert await schedule(ann, chat, "first", far, key) == first
    second = await schedule(ann, chat, "second", far + 1)
    never = await schedule(ann, chat, "never", far + 2)
    assert [one.body for one in await waiting(ann, chat)] == ["first", "second", "never"]
    assert await waiting(bob, chat) == []
    async with (
        Device(ann, where.gateways[:1], name="ann").running() as anns,
        Device(bob, where.gateways[1:2], name="bob").running() as bobs,
    ):
        soon = unix_ms() + 2_000
        await reschedule(ann, second, RescheduleBody(body="second, better", at=soon))
        await ann.rest.raw(
            scheduled_endpoints.UNSCHEDULE, path={"chat": chat, "scheduled": never.scheduled}
        )
        await bobs.caught_up(chat_stream(chat), 2, seconds=60)
        assert unix_ms() >= soon
        await reschedule(ann, first, RescheduleBody(at=0))
        for device in (anns, bobs):
            await device.caught_up(chat_stream(chat), 3, seconds=60)
            assert said(device, chat) == ["second, better", "first"]

    async def empty() -> bool | None:
        return True if await waiting(ann, chat) == [] else None

    await until(empty, "nothing waits any more", seconds=60)
    with pytest.raises(RefusedError) as error:
        await reschedule(ann, first, RescheduleBody(at=0))
    assert error.value.code is ProblemCode.NOT_FOUND


async def test_files_wait_with_their_message_and_come_with_it(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """Only ready ones of one's own; while they wait they can't be given up, and afterwards they can."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    photo, spare = [await files.upload(ann, name, files.png()) for name in ("a.png", "b.png")]
    foreign = await files.upload(cid, "c.png", files.png())

    async def later(at: int, *carried: AttachmentId) -> ScheduledView:
        body = ScheduleBody(at=at, body="", files=carried)
        path = {"chat": chat}
        return await ann.rest.call(
            scheduled_endpoints.SCHEDULE, ScheduledView, path=path, body=body
        )

    with pytest.raises(RefusedError) as error:
        await later(unix_ms(), photo.id, foreign.id)
    assert error.value.code is ProblemCode.VALIDATION
    never = await later(unix_ms() + HOUR_MS, spare.id)
    assert [one.attachments for one in await waiting(ann, chat)] == [(spare,)]
    drop = {"attachment": spare.id}
    answer = await ann.rest.raw(attachment_endpoints.DROP_ATTACHMENT, path=drop)
    assert answer.status_code == 409
    other = await files.upload(ann, "d.png", files.png(4, 4))
    with pytest.raises(RefusedError):
        await reschedule(ann, never, RescheduleBody(files=(foreign.id,)))
    exchanged = await reschedule(ann, never, RescheduleBody(files=(other.id, spare.id)))
    assert exchanged.attachments == (other, spare)
    never = await reschedule(ann, never, RescheduleBody(files=(spare.id,)))
    assert never.attachments == (spare,)
    free = await ann.rest.raw(attachment_endpoints.DROP_ATTACHMENT, path={"attachment": other.id})
    assert free.status_code in {204, 404}
    async with Device(bob, where.gateways[:1], name="bob").running() as bobs:
        await later(unix_ms() + 1_000, photo.id)
        await bobs.caught_up(chat_stream(chat), 2, seconds=60)
        said = MessageCreated(body="", attachments=(photo,))
        assert bobs.inboxes[chat_stream(chat)].pieces[-1].event == said
    assert (await files.download(bob, chat, photo.id, 2)).status_code == 200
    path = {"chat": chat, "scheduled": never.scheduled}
    await ann.rest.raw(scheduled_endpoints.UNSCHEDULE, path=path)
    answer = await ann.rest.raw(attachment_endpoints.DROP_ATTACHMENT, path=drop)
    # Or it was collected before one could ask.
    assert answer.status_code in {204, 404}


async def test_a_restart_in_the_middle_doubles_nothing(
    where: Wires, ann: Person, bob: Person
) -> None:
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    texts = [f"number {number}" for number in range(30)]
    soon = unix_ms() + 1_500
    for number, text in enumerate(texts):
        await schedule(ann, chat, text, soon + number)
    async with Device(bob, where.gateways, name="bob").running() as bobs:
        await until_true(
            lambda: chat_stream(chat) in bobs.inboxes and len(said(bobs, chat)) > 0,
            "the first has come",
            seconds=60,
        )
        await restart_chat()
        await bobs.caught_up(chat_stream(chat), 1 + len(texts), seconds=90)
        assert said(bobs, chat) == texts


async def test_who_is_no_member_at_the_time_is_told_so(ann: Person, bob: Person) -> None:
    """The message waits for its author, who can take it away."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Lunch")
    message = await schedule(bob, chat, "too late", unix_ms() + 3_000)
    await ann.remove_member(chat, bob.id)

    async def refused() -> RejectCode | None:
        return (await waiting(bob, chat))[0].problem

    assert await until(refused, "Bob is told", seconds=60) is RejectCode.NOT_A_MEMBER
    gone = await bob.rest.raw(
        scheduled_endpoints.UNSCHEDULE, path={"chat": chat, "scheduled": message.scheduled}
    )
    assert gone.status_code == 204
    with pytest.raises(RefusedError) as error:
        await schedule(bob, chat, "once more", unix_ms() + HOUR_MS)
    assert error.value.code is ProblemCode.NOT_FOUND
