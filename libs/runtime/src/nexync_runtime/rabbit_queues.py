"""The work queues in RabbitMQ and what becomes of a message after an attempt.

A work queue `q` is a quorum queue with two kinds of companions: `q.retry.<seconds>`, one for each delay, in
which a message waits for its time to live and is then dead-lettered back into `q`; and `q.dead`, where a
message ends that no retry can help. Needs RabbitMQ 3.10 (time to live and at-least-once dead-lettering of
quorum queues).
"""

from dataclasses import dataclass
from typing import Any, Final

from pika.adapters.blocking_connection import BlockingChannel

from nexync_contracts.channels import JOBS_EXCHANGE

RETRY_DELAYS_SECONDS: Final = (2, 10, 60, 300)
"""How long a message waits before its 2nd, 3rd, … attempt. Publisher and consumer declare the same queues."""

DELIVERY_LIMIT: Final = 20
"""Deliveries without a verdict (a crash each) after which the broker itself moves a message to `q.dead`."""

DEAD_MAX: Final = 10_000
"""Messages kept in `q.dead`; when it is full the oldest goes."""

ATTEMPT_HEADER: Final = "x-attempt"
REASON_HEADER: Final = "x-reason"


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done: acknowledge."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after the next delay, or give up when there is none left."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """No retry can help: keep it in `q.dead`."""

    reason: str


Verdict = Done | Retry | Dead


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message. `attempt` counts from 1; `connection` tells deliveries of a lost connection apart."""

    queue: str
    message_id: str
    body: bytes
    attempt: int
    tag: int
    connection: int


def retry_queue(name: str, delay_seconds: int) -> str:
    """The queue in which messages of `name` wait for `delay_seconds`."""
    return f"{name}.retry.{delay_seconds}"


def dead_queue(name: str) -> str:
    """The queue of messages of `name` that no retry can help."""
    return f"{name}.dead"


def declare(channel: BlockingChannel, name: str) -> None:
    """Declare a work queue and its companions. Raises AMQPError, also when one exists with other arguments."""
    channel.exchange_declare(JOBS_EXCHANGE, exchange_type="direct", durable=True)
    safe: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": JOBS_EXCHANGE,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    queues: dict[str, dict[str, Any]] = {
        name: {
            **safe,
            "x-dead-letter-routing-key": dead_queue(name),
            "x-delivery-limit": DELIVERY_LIMIT,
        },
        dead_queue(name): {"x-queue-type": "quorum", "x-max-length": DEAD_MAX},
    }
    for delay in RETRY_DELAYS_SECONDS:
        queues[retry_queue(name, delay)] = {
            **safe,
            "x-dead-letter-routing-key": name,
            "x-message-ttl": delay * 1000,
        }
    for queue_name, arguments in queues.items():
        channel.queue_declare(queue_name, durable=True, arguments=arguments)
        channel.queue_bind(queue_name, JOBS_EXCHANGE, routing_key=queue_name)


def where_next(delivery: Delivery, verdict: Verdict) -> tuple[str, dict[str, Any]] | None:
    """The queue that takes the message over and its headers there; None when it is done."""
    match verdict:
        case Done():
            return None
        case Retry(reason=reason) if delivery.attempt <= len(RETRY_DELAYS_SECONDS):
            delay = RETRY_DELAYS_SECONDS[delivery.attempt - 1]
            headers = {ATTEMPT_HEADER: delivery.attempt + 1, REASON_HEADER: reason[:500]}
            return retry_queue(delivery.queue, delay), headers
        case Retry(reason=reason) | Dead(reason=reason):
            headers = {ATTEMPT_HEADER: delivery.attempt, REASON_HEADER: reason[:500]}
            return dead_queue(delivery.queue), headers
