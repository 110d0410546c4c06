"""What all queues share about a job's end: how it is told, and what a body that can't be read is."""

from typing import TypeAlias

from pydantic import ValidationError

from nexync_contracts.errors import issues_of
from nexync_runtime.log import Logger
from nexync_runtime.rabbit_queues import Dead, Delivery, Retry, Verdict
from svc_mailer.metrics import JOBS

Judged: TypeAlias = tuple[Verdict, str]
"""The verdict, and the word for it in metrics and logs."""


def told(to: Logger, delivery: Delivery, judged: Judged) -> Verdict:
    """The verdict, counted, and logged to a queue's own log."""
    verdict, outcome = judged
    JOBS.labels(delivery.queue, outcome).inc()
    reason = verdict.reason if isinstance(verdict, Retry | Dead) else None
    to.info("job " + outcome, job=delivery.message_id, attempt=delivery.attempt, reason=reason)
    return verdict


def unreadable(error: ValidationError) -> Judged:
    """By the first field that is wrong; no attempt will read it."""
    first = issues_of(error)[0]
    where = ".".join(str(part) for part in first.path)
    return Dead(f"unreadable: {where}: {first.message}"), "unreadable"
