"""What becomes of a job of push notifications, over fakes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import pytest

from nexync_contracts.channels import PUSH_QUEUE
from nexync_contracts.ids import ChatId, JobId, PersonId, SessionId
from nexync_contracts.push_jobs import (
    PushJob,
    PushPage,
    PushPageAsk,
    PushPageJob,
    PushTarget,
    PushWork,
    push_id,
)
from nexync_runtime.rabbit_queues import Dead, Delivery, Done, Retry, Verdict
from svc_mailer.errors import (
    ChatAwayError,
    GonePushError,
    PermanentPushError,
    PushError,
    QueueAwayError,
    TemporaryPushError,
)
from svc_mailer.ports import Standing
from svc_mailer.pushing import PAGE_LIFE_MS, PUSH_LIFE_MS, Pushing, PushOff

NOW_MS = 1_767_225_600_000
CHAT = ChatId("00000000-0000-4000-8000-00000000000c")
ANN = PersonId("00000000-0000-4000-8000-0000000000aa")
PHONE = SessionId("00000000-0000-4000-8000-000000000051")
LAPTOP = SessionId("00000000-0000-4000-8000-000000000052")


def _target(session: SessionId, text: str | None = "ada: hello") -> PushTarget:
    return PushTarget(
        session=session,
        token=f"token-of-{session}",
        seq=7,
        unread=3,
        title=text and "Lunch",
        text=text,
    )


class World:
    """The use case with its fakes, which keep what they were told."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.pages: dict[PersonId | None, PushPage] = {}
        self.put_jobs: list[PushWork] = []
        self.sent: list[PushJob] = []
        self.gone_devices: list[tuple[str, str]] = []
        self.known: set[str] = set()
        self.send_error: PushError | None = None
        self.away: set[str] = set()
        self.pushing = Pushing(
            service=self, chats=self, jobs=self, record=self, clock_ms=lambda: self.now_ms
        )

    async def page(self, ask: PushPageAsk) -> PushPage:
        if "chat" in self.away:
            raise ChatAwayError("status 503")
        return self.pages[ask.after]

    async def gone(self, session: SessionId, token: str) -> None:
        if "chat" in self.away:
            raise ChatAwayError("status 503")
        self.gone_devices.append((session, token))

    async def put(self, job: PushWork) -> None:
        if "queue" in self.away:
            raise QueueAwayError("no confirm")
        self.put_jobs.append(job)

    async def send(self, push: PushJob) -> None:
        if self.send_error is not None:
            raise self.send_error
        self.sent.append(push)

    @asynccontextmanager
    async def claimed(self, identity: str) -> AsyncGenerator[Standing]:
        yield Standing.DONE if identity in self.known else Standing.OURS

    async def add(self, identity: str) -> None:
        self.known.add(identity)

    async def take(self, body: bytes | PushWork) -> Verdict:
        """The verdict about one delivery."""
        content = body if isinstance(body, bytes) else body.model_dump_json().encode()
        return await self.pushing.take(Delivery(PUSH_QUEUE, "id", content, 1, 1, 1))


@pytest.fixture
def world() -> World:
    return World()


def _page_job(after: PersonId | None = None, at: int = NOW_MS) -> PushPageJob:
    identity = JobId("00000000-0000-4000-8000-000000000001")
    return PushPageJob(id=identity, chat=CHAT, low=5, high=7, after=after, at=at)


def _push_job(session: SessionId = PHONE, text: str | None = "ada: hello") -> PushJob:
    return PushJob(
        id=push_id(CHAT, 7, session),
        session=session,
        token=f"token-of-{session}",
        chat=CHAT,
        seq=7,
        unread=3,
        title=text and "Lunch",
        text=text,
        expires_at=NOW_MS + PUSH_LIFE_MS,
    )


async def test_a_page_becomes_a_job_a_device_and_the_next_page(world: World) -> None:
    """The ids are made of event and device, so a page that comes again makes the same."""
    world.pages = {None: PushPage(targets=(_target(PHONE), _target(LAPTOP, None)), after=ANN)}
    assert await world.take(_page_job()) == Done()
    first = list(world.put_jobs)
    assert first[:2] == [_push_job(PHONE), _push_job(LAPTOP, None)]
    following = first[2]
    assert isinstance(following, PushPageJob)
    assert (following.after, following.low, following.high) == (ANN, 5, 7)
    assert len({job.id for job in first} | {_page_job().id}) == 4
    world.put_jobs.clear()
    assert await world.take(_page_job()) == Done()
    assert world.put_jobs == first


async def test_the_last_page_has_no_next(world: World) -> None:
    """Also one without anybody to tell."""
    world.pages = {ANN: PushPage(targets=(), after=None)}
    assert await world.take(_page_job(ANN)) == Done()
    assert not world.put_jobs


@pytest.mark.parametrize("away", ["chat", "queue"])
async def test_a_page_waits_for_who_is_away(world: World, away: str) -> None:
    """It is expanded again from its beginning."""
    world.pages = {None: PushPage(targets=(_target(PHONE),), after=None)}
    world.away = {away}
    assert isinstance(await world.take(_page_job()), Retry)


async def test_an_old_page_is_dropped(world: World) -> None:
    """Nobody wants to be told of it any more."""
    assert await world.take(_page_job(at=NOW_MS - PAGE_LIFE_MS - 1)) == Done()
    assert not world.put_jobs


async def test_a_push_goes_out_once(world: World) -> None:
    """A redelivery after a lost acknowledgement sends nothing."""
    assert await world.take(_push_job()) == Done()
    assert await world.take(_push_job()) == Done()
    assert world.sent == [_push_job()]


async def test_a_device_that_is_gone_is_forgotten(world: World) -> None:
    """At svc-chat, which owns it; if that is away, later."""
    world.send_error = GonePushError("UnregisteredError")
    world.away = {"chat"}
    assert isinstance(await world.take(_push_job()), Retry)
    world.away = set()
    assert await world.take(_push_job()) == Done()
    assert world.gone_devices == [(PHONE, f"token-of-{PHONE}")]


async def test_firebase_s_wish_to_wait_holds_for_all(world: World) -> None:
    """Until its time is over nothing is asked; then pushes go out again."""
    world.send_error = TemporaryPushError("quota", wait_ms=45_000)
    verdict = await world.take(_push_job(PHONE))
    assert verdict == Retry("fcm: quota", at_least_seconds=45)
    world.send_error = None
    world.now_ms += 15_000
    assert await world.take(_push_job(LAPTOP)) == Retry("fcm asked us to wait", at_least_seconds=30)
    assert not world.sent
    world.now_ms += 30_000
    assert await world.take(_push_job(LAPTOP)) == Done()
    assert len(world.sent) == 1


async def test_what_firebase_refuses_is_dead(world: World) -> None:
    """Our message is wrong; the device may be good."""
    world.send_error = PermanentPushError("InvalidArgumentError")
    assert await world.take(_push_job()) == Dead("fcm: InvalidArgumentError")
    assert not world.gone_devices


async def test_an_expired_push_is_dropped(world: World) -> None:
    """A day later."""
    world.now_ms += PUSH_LIFE_MS
    assert await world.take(_push_job()) == Done()
    assert not world.sent


@pytest.mark.parametrize("body", [b"", b"{}", b'{"tag":"push","id":1}'])
async def test_an_unreadable_job_is_dead(world: World, body: bytes) -> None:
    """Poison goes aside with the reason."""
    verdict = await world.take(body)
    assert isinstance(verdict, Dead)
    assert verdict.reason.startswith("unreadable")


async def test_without_credentials_the_queue_is_drained() -> None:
    """Counted and logged; nothing piles up on an installation without push."""
    for body in (_page_job(), _push_job()):
        delivery = Delivery(PUSH_QUEUE, body.id, body.model_dump_json().encode(), 1, 1, 1)
        assert await PushOff().take(delivery) == Done()


def test_ids_differ_by_event_and_device() -> None:
    """And by nothing else."""
    ids: Mapping[str, None] = dict.fromkeys(
        push_id(CHAT, seq, session) for seq in (1, 2) for session in (PHONE, LAPTOP)
    )
    assert len(ids) == 4
    assert push_id(CHAT, 1, PHONE) in ids
