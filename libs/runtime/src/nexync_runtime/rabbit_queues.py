"""The work queues in RabbitMQ and what becomes of a message after an attempt.

A work queue `q` is a quorum queue with two kinds of companions: `q.retry.<seconds>`, one for each delay, in
which a message waits for its time to live and is then dead-lettered back into `q`; and `q.dead`, where a
message ends that no retry can help. A full work or retry queue refuses what is published to it: the sender
keeps the job in its outbox, the consumer keeps the message unacknowledged and tries again. Needs RabbitMQ 3.10
(time to live and at-least-once dead-lettering of quorum queues).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

from nexync_contracts.channels import JOBS_EXCHANGE
from nexync_runtime import log

RETRY_DELAYS_SECONDS: Final = (2, 10, 60, 300)
"""How long a message waits before its 2nd, 3rd, … attempt. Publisher and consumer declare the same queues."""

ATTEMPTS_MAX: Final = 100
"""The last delay is waited again and again, until a server has been away for eight hours."""

QUEUE_MAX: Final = 100_000
"""Messages in a work queue or in one retry queue; when it is full the broker refuses more."""

DELIVERY_LIMIT: Final = 20
"""Deliveries without a verdict (a crash each) after which the broker itself moves a message to `q.dead`."""

DEAD_MAX: Final = 10_000
"""Messages kept in `q.dead`; when it is full the oldest goes."""

DEAD_LOOKS_MAX: Final = 1_000_000_000
"""Looking at a dead message counts as a delivery, of which RabbitMQ 4 allows 20 where nothing is said."""

ATTEMPT_HEADER: Final = "x-attempt"
REASON_HEADER: Final = "x-reason"

PRECONDITION_FAILED: Final = 406

_log = log.get("rabbit")


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done: acknowledge."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after the next delay, or give up after the last attempt.

    `at_least_seconds` is how long somebody asked us to wait: a longer delay is taken then, up to the longest.
    """

    reason: str
    at_least_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Dead:
    """No retry can help: keep it in `q.dead`."""

    reason: str


Verdict = Done | Retry | Dead


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages of a work queue: that wait for a consumer, for another attempt, and that are dead."""

    waiting: int
    later: int
    dead: int


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
    """Declare a work queue and its companions. Raises AMQPError.

    A queue that exists with other arguments, of an older release or an operator's, is used as it is.
    """
    channel.exchange_declare(JOBS_EXCHANGE, exchange_type="direct", durable=True)
    safe: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": JOBS_EXCHANGE,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-max-length": QUEUE_MAX,
    }
    queues: dict[str, dict[str, Any]] = {
        name: {
            **safe,
            "x-dead-letter-routing-key": dead_queue(name),
            "x-delivery-limit": DELIVERY_LIMIT,
        },
        dead_queue(name): {
            "x-queue-type": "quorum",
            "x-max-length": DEAD_MAX,
            "x-delivery-limit": DEAD_LOOKS_MAX,
        },
    }
    for delay in RETRY_DELAYS_SECONDS:
        queues[retry_queue(name, delay)] = {
            **safe,
            "x-dead-letter-routing-key": name,
            "x-message-ttl": delay * 1000,
        }
    for queue_name, arguments in queues.items():
        _declare_one(channel, queue_name, arguments)
        channel.queue_bind(queue_name, JOBS_EXCHANGE, routing_key=queue_name)


def _declare_one(channel: BlockingChannel, name: str, arguments: Mapping[str, Any]) -> None:
    """On a channel of its own, since the broker closes it when the arguments are others."""
    probe = channel.connection.channel()
    try:
        probe.queue_declare(name, durable=True, arguments=dict(arguments))
    except pika.exceptions.ChannelClosedByBroker as error:
        if error.reply_code != PRECONDITION_FAILED:
            raise
        _log.warning("queue has other arguments", queue=name, reason=error.reply_text)
    else:
        probe.close()


def measure(channel: BlockingChannel, name: str) -> Depth:
    """How full a work queue and its companions are. Raises AMQPError."""

    def count(queue: str) -> int:
        answer = channel.queue_declare(queue, passive=True)
        return answer.method.message_count

    later = sum(count(retry_queue(name, delay)) for delay in RETRY_DELAYS_SECONDS)
    return Depth(waiting=count(name), later=later, dead=count(dead_queue(name)))


def where_next(delivery: Delivery, verdict: Verdict) -> tuple[str, dict[str, Any]] | None:
    """The queue that takes the message over and its headers there; None when it is done."""
    match verdict:
        case Done():
            return None
        case Retry(reason=reason, at_least_seconds=least) if delivery.attempt < ATTEMPTS_MAX:
            step = min(max(delivery.attempt, 1), len(RETRY_DELAYS_SECONDS))
            delays = [delay for delay in RETRY_DELAYS_SECONDS[step - 1 :] if delay >= least]
            headers = {ATTEMPT_HEADER: delivery.attempt + 1, REASON_HEADER: reason[:500]}
            return retry_queue(delivery.queue, (*delays, RETRY_DELAYS_SECONDS[-1])[0]), headers
        case Retry(reason=reason) | Dead(reason=reason):
            headers = {ATTEMPT_HEADER: delivery.attempt, REASON_HEADER: reason[:500]}
            return dead_queue(delivery.queue), headers
