"""What is done with one job of push notifications: expand a page of members, or tell one device."""

import asyncio
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

from nexync_contracts.push_jobs import (
    PushJob,
    PushPageAsk,
    PushPageJob,
    PushWork,
    page_id,
    push_adapter,
    push_id,
)
from nexync_runtime import log
from nexync_runtime.rabbit_queues import Dead, Delivery, Done, Retry, Verdict
from svc_mailer.errors import (
    ChatAwayError,
    GonePushError,
    PermanentPushError,
    QueueAwayError,
    RecordError,
    TemporaryPushError,
)
from svc_mailer.judging import Judged, told, unreadable
from svc_mailer.metrics import JOBS, PUSH_LAG_SECONDS
from svc_mailer.ports import Record, Standing
from svc_mailer.push_ports import PushChats, PushJobs, PushService

PAGE_LIFE_MS: Final = 3_600_000
"""A page that waited longer is dropped: the messages are old news."""

PUSH_LIFE_MS: Final = 24 * 3_600_000
"""How long Firebase keeps a notification for a device that is off, and we for Firebase."""

PUTS_AT_ONCE: Final = 50

_log = log.get("pushing")


class PushOff:
    """Without credentials: every job is counted, logged and dropped, so that the queue doesn't fill."""

    async def take(self, delivery: Delivery) -> Verdict:
        """Done."""
        JOBS.labels(delivery.queue, "push is off").inc()
        _log.info("job push is off", job=delivery.message_id)
        return Done()


class Pushing:
    """The use case of the queue. `clock_ms` gives Unix milliseconds."""

    def __init__(
        self,
        *,
        service: PushService,
        chats: PushChats,
        jobs: PushJobs,
        record: Record,
        clock_ms: Callable[[], int],
    ) -> None:
        self._service = service
        self._chats = chats
        self._jobs = jobs
        self._record = record
        self._clock_ms = clock_ms
        self._not_before_ms = 0
        """Until then Firebase wants no requests from us."""

    async def take(self, delivery: Delivery) -> Verdict:
        """The verdict about one message; known failures are verdicts, anything else is raised."""
        return told(_log, delivery, await self._take(delivery))

    async def _take(self, delivery: Delivery) -> Judged:
        try:
            job: PushWork = push_adapter.validate_json(delivery.body)
        except ValidationError as error:
            return unreadable(error)
        if isinstance(job, PushPageJob):
            return await self._expand(job)
        return await self._tell(job)

    async def _expand(self, job: PushPageJob) -> Judged:
        """One job a device, then the next page; all are safe before this one is done."""
        if self._clock_ms() - job.at > PAGE_LIFE_MS:
            return Done(), "expired"
        try:
            ask = PushPageAsk(chat=job.chat, low=job.low, high=job.high, after=job.after)
            page = await self._chats.page(ask)
            pushes = [
                PushJob(
                    id=push_id(job.chat, target.seq, target.session),
                    session=target.session,
                    token=target.token,
                    chat=job.chat,
                    seq=target.seq,
                    unread=target.unread,
                    title=target.title,
                    text=target.text,
                    expires_at=job.at + PUSH_LIFE_MS,
                )
                for target in page.targets
            ]
            for start in range(0, len(pushes), PUTS_AT_ONCE):
                part = pushes[start : start + PUTS_AT_ONCE]
                await asyncio.gather(*(self._jobs.put(push) for push in part))
            if page.after is not None:
                following = {"id": page_id(job.chat, job.high, page.after), "after": page.after}
                await self._jobs.put(job.model_copy(update=following))
        except ChatAwayError as error:
            return Retry(f"svc-chat: {error}"), "put off"
        except QueueAwayError as error:
            return Retry(f"rabbitmq: {error}"), "put off"
        return Done(), "expanded"

    async def _tell(self, job: PushJob) -> Judged:
        now = self._clock_ms()
        if job.expires_at <= now:
            return Done(), "expired"
        if now < self._not_before_ms:
            return self._later("fcm asked us to wait", self._not_before_ms - now), "put off"
        try:
            async with self._record.claimed(job.id) as standing:
                if standing is Standing.DONE:
                    return Done(), "done before"
                if standing is Standing.TAKEN:
                    return Retry("somebody else is at it"), "put off"
                return await self._send(job, now)
        except RecordError as error:
            return Retry(f"postgres: {error}"), "put off"

    async def _send(self, job: PushJob, now: int) -> Judged:
        try:
            await self._service.send(job)
        except GonePushError as error:
            return await self._forget(job, str(error))
        except TemporaryPushError as error:
            if error.wait_ms:
                self._not_before_ms = max(self._not_before_ms, now + error.wait_ms)
            return self._later(f"fcm: {error}", error.wait_ms), "put off"
        except PermanentPushError as error:
            return Dead(f"fcm: {error}"), "refused"
        try:
            await self._record.add(job.id)
        except RecordError as error:
            # It is out; a second one would replace it on the device.
            _log.warning("record failed", job=job.id, reason=str(error))
        PUSH_LAG_SECONDS.observe(max(0, now + PUSH_LIFE_MS - job.expires_at) / 1000)
        return Done(), "sent"

    async def _forget(self, job: PushJob, reason: str) -> Judged:
        try:
            await self._chats.gone(job.session, job.token)
        except ChatAwayError as error:
            return Retry(f"svc-chat: {error}"), "put off"
        _log.info("device gone", session=job.session, reason=reason)
        return Done(), "device gone"

    def _later(self, reason: str, wait_ms: int) -> Retry:
        return Retry(reason, at_least_seconds=wait_ms / 1000)
