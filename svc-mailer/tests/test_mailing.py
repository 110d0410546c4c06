"""What becomes of a job, over fakes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from nexync_contracts.channels import MAIL_QUEUES, VERIFICATION_QUEUE
from nexync_contracts.ids import JobId
from nexync_contracts.jobs import QUEUE_OF, Job, ResetPasswordJob, VerificationCodeJob
from nexync_runtime.rabbit_queues import Dead, Delivery, Done, Retry, Verdict
from svc_mailer.errors import MailError, PermanentMailError, RecordError, TemporaryMailError
from svc_mailer.mailing import Mailing
from svc_mailer.ports import Mail, Standing
from svc_mailer.preview import SAMPLES

NOW_MS = 1_767_225_600_000
JOB = VerificationCodeJob(
    id=JobId("00000000-0000-4000-8000-000000000001"),
    email="ada@example.org",
    username="ada",
    code="123456",
    expires_at=NOW_MS + 600_000,
)


class FakePost:
    """Takes mails until it is told to fail."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.error: MailError | None = None

    async def send(self, mail: Mail) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(mail)


class FakeRecord:
    """Remembers in memory; `away` makes it fail, `elsewhere` is what others work on."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.elsewhere: set[str] = set()
        self.away: set[str] = set()

    @asynccontextmanager
    async def claimed(self, identity: str) -> AsyncGenerator[Standing]:
        if "claimed" in self.away:
            raise RecordError("OperationalError")
        if identity in self.elsewhere:
            yield Standing.TAKEN
        else:
            yield Standing.DONE if identity in self.known else Standing.OURS

    async def add(self, identity: str) -> None:
        if "add" in self.away:
            raise RecordError("OperationalError")
        self.known.add(identity)


class Desk:
    """The use case with its fakes."""

    def __init__(self) -> None:
        self.post = FakePost()
        self.record = FakeRecord()
        self.now_ms = NOW_MS
        self.mailing = Mailing(post=self.post, record=self.record, clock_ms=lambda: self.now_ms)

    async def take(self, body: bytes | None = None, queue: str = VERIFICATION_QUEUE) -> Verdict:
        """The verdict about one delivery."""
        content = JOB.model_dump_json().encode() if body is None else body
        return await self.mailing.take(Delivery(queue, JOB.id, content, 1, 1, 1))


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_job_is_sent_once(desk: Desk) -> None:
    """A redelivery after a lost acknowledgement sends nothing."""
    assert await desk.take() == Done()
    assert await desk.take() == Done()
    (mail,) = desk.post.sent
    assert (mail.to, mail.identity) == ("ada@example.org", JOB.id)


@pytest.mark.parametrize("job", SAMPLES, ids=lambda job: job.tag)
@pytest.mark.parametrize("queue", MAIL_QUEUES)
async def test_every_kind_goes_through_its_own_queue_alone(
    desk: Desk, job: Job, queue: str
) -> None:
    """One consumer for all; a job in the wrong queue is poison."""
    verdict = await desk.take(job.model_dump_json().encode(), queue)
    if QUEUE_OF[job.tag] == queue:
        assert verdict == Done()
        assert [mail.identity for mail in desk.post.sent] == [job.id]
    else:
        assert isinstance(verdict, Dead)
        assert not desk.post.sent


async def test_an_expired_link_is_not_mailed(desk: Desk) -> None:
    """It would only puzzle."""
    (job,) = (one for one in SAMPLES if isinstance(one, ResetPasswordJob))
    desk.now_ms = job.expires_at
    assert await desk.take(job.model_dump_json().encode(), QUEUE_OF[job.tag]) == Done()
    assert not desk.post.sent


async def test_an_expired_job_is_dropped(desk: Desk) -> None:
    """A code that is no longer good helps nobody."""
    desk.now_ms = JOB.expires_at
    assert await desk.take() == Done()
    assert not desk.post.sent


async def test_a_temporary_failure_is_retried_and_not_recorded(desk: Desk) -> None:
    """The server is away: later, and then the mail does go out."""
    desk.post.error = TemporaryMailError("away")
    assert await desk.take() == Retry("smtp: away")
    desk.post.error = None
    assert await desk.take() == Done()
    assert len(desk.post.sent) == 1


async def test_a_refused_mail_is_dead(desk: Desk) -> None:
    """No retry can help."""
    desk.post.error = PermanentMailError("recipient refused")
    assert await desk.take() == Dead("smtp: recipient refused")


async def test_while_the_record_is_away_nothing_is_sent(desk: Desk) -> None:
    """It can't be known whether the mail is out already."""
    desk.record.away = {"claimed"}
    assert await desk.take() == Retry("postgres: OperationalError")
    assert not desk.post.sent


async def test_what_another_mailer_works_on_is_looked_at_later(desk: Desk) -> None:
    """The broker delivers again what a mailer still has in work when their connection breaks."""
    desk.record.elsewhere = {JOB.id}
    assert isinstance(await desk.take(), Retry)
    desk.record.elsewhere, desk.record.known = set(), {JOB.id}
    assert await desk.take() == Done()
    assert not desk.post.sent


async def test_a_sent_mail_is_done_even_if_it_cannot_be_recorded(desk: Desk) -> None:
    """A retry would send it a second time for certain."""
    desk.record.away = {"add"}
    assert await desk.take() == Done()
    assert len(desk.post.sent) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"tag":"verification-code","id":1}'])
async def test_an_unreadable_job_is_dead(desk: Desk, body: bytes) -> None:
    """Poison goes aside with the reason, which doesn't echo the content."""
    verdict = await desk.take(body)
    assert isinstance(verdict, Dead)
    assert verdict.reason.startswith("unreadable")


async def test_a_newer_release_may_add_fields(desk: Desk) -> None:
    """A rolling update has both releases on one queue."""
    body = JOB.model_dump_json()[:-1] + ',"language":"de"}'
    assert await desk.take(body.encode()) == Done()
    assert len(desk.post.sent) == 1


async def test_an_unknown_error_is_raised(desk: Desk) -> None:
    """A bug crashes the process; the broker keeps the message and counts the deliveries."""

    async def broken(mail: Mail) -> None:
        raise ZeroDivisionError(mail.to)

    desk.post.send = broken
    with pytest.raises(ZeroDivisionError):
        await desk.take()
