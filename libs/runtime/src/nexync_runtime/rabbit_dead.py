"""Looking at dead messages and giving them another chance: for an operator's command, one call at a time.

A look takes the messages and gives them back, in an order that the broker chooses; nobody else can take them meanwhile,
so two looks at once see a part each.
"""

from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

from nexync_runtime.rabbit import Failures, parameters, send
from nexync_runtime.rabbit_queues import (
    ATTEMPT_HEADER,
    DEAD_MAX,
    DELIVERY_LIMIT,
    REASON_HEADER,
    dead_queue,
)

GIVEN_UP: Final = f"taken {DELIVERY_LIMIT} times without a verdict"


class DeadLetterError(Exception):
    """RabbitMQ can't be reached, or refused what was put back; nothing is lost."""


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message that no retry could help, and why it died."""

    queue: str
    message_id: str
    attempt: int
    reason: str
    body: bytes


def look(
    url: str, queue: str, *, most: int = DEAD_MAX, ca_file: Path | None = None
) -> list[DeadMessage]:
    """The dead messages of a work queue, `most` of them; none when there is no such queue. Raises DeadLetterError."""
    with _channel(url, ca_file) as channel:
        return [message for _, message in _take(channel, queue, most)]


def put_back(
    url: str, queue: str, identities: Collection[str] | None, *, ca_file: Path | None = None
) -> list[str]:
    """Move these (None: all) back into the work queue as new; the ids moved. Raises DeadLetterError.

    A message is taken away only after the broker has confirmed its copy.
    """
    moved: list[str] = []
    with _channel(url, ca_file) as channel:
        channel.confirm_delivery()
        for tag, message in list(_take(channel, queue, DEAD_MAX)):
            if identities is None or message.message_id in identities:
                send(channel, queue, message.message_id, message.body, {})
                channel.basic_ack(tag)
                moved.append(message.message_id)
    return moved


@contextmanager
def _channel(url: str, ca_file: Path | None) -> Generator[BlockingChannel, None, None]:
    """What was taken goes back at the latest when the connection ends."""
    try:
        with pika.BlockingConnection(parameters(url, ca_file)) as connection:
            yield connection.channel()
    except Failures as error:
        raise DeadLetterError(str(error) or type(error).__name__) from error


def _take(
    channel: BlockingChannel, queue: str, most: int
) -> Generator[tuple[int, DeadMessage], None, None]:
    try:
        answer = channel.queue_declare(dead_queue(queue), passive=True)
    except pika.exceptions.ChannelClosedByBroker:
        return
    for _ in range(min(most, answer.method.message_count)):
        method, properties, body = channel.basic_get(dead_queue(queue))
        if method is None or properties is None or body is None:
            return
        headers: Mapping[str, Any] = properties.headers or {}
        attempt = headers.get(ATTEMPT_HEADER, 1)
        yield (
            method.delivery_tag or 0,
            DeadMessage(
                queue=queue,
                message_id=properties.message_id or "",
                attempt=attempt if isinstance(attempt, int) else 1,
                reason=_reason(headers),
                body=body,
            ),
        )


def _reason(headers: Mapping[str, Any]) -> str:
    """What we wrote, or what the broker says: it moves a message by itself after the last delivery."""
    deaths: list[Mapping[str, Any]] = headers.get("x-death") or []
    if deaths and deaths[0].get("reason") == "delivery_limit":
        return GIVEN_UP
    return str(headers.get(REASON_HEADER, "no reason given"))
