"""The reply channel against a real Redis: outcomes arrive, also after the subscription was lost."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable

import pytest
import redis.asyncio

from nexync_contracts.channels import reply_channel
from nexync_contracts.commands import Outcome
from nexync_contracts.ids import CommandId, PersonId, Stream
from nexync_runtime import redis_client
from svc_chat.adapters.replies import Replies
from svc_chat.awaiting import OutcomeRegistry

pytestmark = pytest.mark.real

ID = "00000000-0000-7000-8000-000000000001"
OUTCOME = Outcome(id=CommandId(ID), stream=Stream(f"c:{ID}"), sender=PersonId(ID), seq=4)


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that happens elsewhere, at most 5 s."""
    pause = asyncio.Event()
    async with asyncio.timeout(5):
        while not await met():
            try:
                async with asyncio.timeout(0.02):
                    await pause.wait()
            except TimeoutError:
                continue


async def test_outcomes_arrive_before_and_after_a_lost_subscription(
    state: "redis.asyncio.Redis",
) -> None:
    """Garbage on the channel is passed over; a killed connection is made again."""
    instance = f"chat-test.{secrets.token_hex(6)}"
    channel = reply_channel(instance)
    registry = OutcomeRegistry()
    named = redis_client.open_redis(
        f"{os.environ['NEXYNC_REDIS_STATE_URL']}?client_name={instance}"
    )
    replies = Replies(named, instance, registry)
    assert replies.ready() is not None

    async def heard(payload: str) -> bool:
        return await state.publish(channel, payload) == 1  # pyright: ignore[reportUnknownMemberType] - redis-py's stubs

    async def round_trip() -> Outcome:
        expected = registry.expect(OUTCOME.stream, OUTCOME.sender, OUTCOME.id)
        async with expected as ticket, asyncio.timeout(5):
            await until(lambda: heard("not an outcome"))
            await until(lambda: heard(OUTCOME.model_dump_json()))
            return await ticket.outcome()

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(replies.run(), name="replies")
        assert await round_trip() == OUTCOME
        assert replies.ready() is None
        for client in await state.client_list(_type="pubsub"):  # type: ignore[misc] # redis-py's stubs mix both clients
            if client["name"] == instance:
                await state.client_kill_filter(_id=client["id"])  # type: ignore[misc] # as above
        assert await round_trip() == OUTCOME
        listening.cancel()
    await named.aclose()
