"""The subscription on which this instance hears what became of its commands."""

import asyncio
from typing import Any

import redis.asyncio
import redis.exceptions
from pydantic import ValidationError

from nexync_contracts.channels import reply_channel
from nexync_contracts.commands import Outcome
from nexync_runtime import log
from svc_chat.awaiting import OutcomeRegistry

_log = log.get("replies")

POLL_SECONDS = 1.0
RESUBSCRIBE_SECONDS = 0.25


class Replies:
    """One subscription an instance, made again after a loss.

    What is published in between is missed: those requests answer `not_yet`, and their repetition is told the
    outcome again by the sequencer.
    """

    def __init__(
        self, client: "redis.asyncio.Redis", instance: str, registry: OutcomeRegistry
    ) -> None:
        self._client = client
        self._channel = reply_channel(instance)
        self._registry = registry
        self.subscribed = False

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                await self._listen()
            except (redis.exceptions.RedisError, OSError) as error:
                if self.subscribed:
                    _log.warning("reply channel lost", reason=f"{type(error).__name__}: {error}")
            finally:
                self.subscribed = False
            await asyncio.sleep(RESUBSCRIBE_SECONDS)

    def ready(self) -> str | None:
        """Readiness: None, or why no outcome can be heard."""
        return None if self.subscribed else "reply channel: not subscribed"

    async def _listen(self) -> None:
        async with self._client.pubsub() as pubsub:  # pyright: ignore[reportUnknownMemberType] - redis-py's stubs
            await pubsub.subscribe(self._channel)  # pyright: ignore[reportUnknownMemberType] - redis-py's stubs
            self.subscribed = True
            while True:
                message: dict[str, Any] | None = await pubsub.get_message(  # pyright: ignore[reportUnknownVariableType] - redis-py's stubs
                    ignore_subscribe_messages=True, timeout=POLL_SECONDS
                )
                if message is not None:
                    self._take(message["data"])

    def _take(self, data: bytes) -> None:
        try:
            self._registry.settle(Outcome.model_validate_json(data))
        except ValidationError as error:
            _log.error("unreadable outcome", problems=error.error_count())
