"""What is done with one job: send it once, later, or never."""

from collections.abc import Callable

from pydantic import ValidationError
from redis.exceptions import RedisError

from nexync_contracts.errors import issues_of
from nexync_contracts.jobs import (
    QUEUE_OF,
    EmailCodeJob,
    ResetPasswordJob,
    VerificationCodeJob,
    job_adapter,
)
from nexync_runtime import log
from nexync_runtime.rabbit_queues import Dead, Delivery, Done, Retry, Verdict
from svc_mailer.composing import mail_of
from svc_mailer.errors import PermanentMailError, TemporaryMailError
from svc_mailer.metrics import JOBS
from svc_mailer.ports import Post, Record

_log = log.get("mailing")

_DATED = (VerificationCodeJob, ResetPasswordJob, EmailCodeJob)
"""Later than they say their mails are pointless."""


class Mailing:
    """The use case of all mail jobs, whichever their queue. `clock_ms` gives Unix milliseconds."""

    def __init__(self, *, post: Post, record: Record, clock_ms: Callable[[], int]) -> None:
        self._post = post
        self._record = record
        self._clock_ms = clock_ms

    async def take(self, delivery: Delivery) -> Verdict:
        """The verdict about one message; known failures are verdicts, anything else is raised."""
        verdict, outcome = await self._take(delivery)
        JOBS.labels(delivery.queue, outcome).inc()
        reason = verdict.reason if isinstance(verdict, Retry | Dead) else None
        _log.info(
            "job " + outcome, job=delivery.message_id, attempt=delivery.attempt, reason=reason
        )
        return verdict

    async def _take(self, delivery: Delivery) -> tuple[Verdict, str]:
        try:
            job = job_adapter.validate_json(delivery.body)
        except ValidationError as error:
            first = issues_of(error)[0]
            where = ".".join(str(part) for part in first.path)
            return Dead(f"unreadable: {where}: {first.message}"), "unreadable"
        if QUEUE_OF[job.tag] != delivery.queue:
            return Dead(f"unreadable: tag: {job.tag} is not of this queue"), "unreadable"
        now = self._clock_ms()
        if isinstance(job, _DATED) and job.expires_at <= now:
            return Done(), "expired"
        try:
            if await self._record.has(job.id):
                return Done(), "done before"
            await self._post.send(mail_of(job, now))
        except RedisError as error:
            return Retry(f"redis: {type(error).__name__}"), "put off"
        except TemporaryMailError as error:
            return Retry(f"smtp: {error}"), "put off"
        except PermanentMailError as error:
            return Dead(f"smtp: {error}"), "refused"
        try:
            await self._record.add(job.id)
        except RedisError as error:
            # The mail is out. Only if the acknowledgement is lost as well will it be sent twice.
            _log.warning("record failed", job=job.id, reason=type(error).__name__)
        return Done(), "sent"
