"""The composition root of svc-mailer: builds the adapters and passes them in by name."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

import httpx

from nexync_contracts.channels import MAIL_QUEUES, PUSH_QUEUE
from nexync_runtime import log, schema
from nexync_runtime.lifecycle import Lifecycle, RefusedError
from nexync_runtime.rabbit import Consumer, Publisher
from nexync_runtime.rabbit_queues import Delivery, Verdict
from svc_mailer.adapters.postgres_record import PostgresRecord
from svc_mailer.adapters.push_http import HttpPushChats, RabbitPushJobs
from svc_mailer.adapters.smtp import SmtpPost
from svc_mailer.errors import PushSetupError
from svc_mailer.mailing import Mailing
from svc_mailer.metrics import show_depth
from svc_mailer.ports import Record
from svc_mailer.push_ports import PushService
from svc_mailer.pushing import Pushing, PushOff
from svc_mailer.settings import MailerSettings

NEEDED_MIGRATION = 17

_log = log.get("app")

Take = Callable[[Delivery], Awaitable[Verdict]]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def build(life: Lifecycle, settings: MailerSettings) -> None:
    """Register everything with the lifecycle."""
    service = _push_service(life, settings)
    await schema.gate(life, settings.postgres_url, needs=NEEDED_MIGRATION, ca_file=settings.ca_file)
    record = PostgresRecord(settings.postgres_url, ca_file=settings.ca_file)
    life.on_stop(record.close, name="postgres")
    post = SmtpPost(
        settings.smtp_url,
        settings.mail_from,
        connections=settings.smtp_connections,
        ca_file=settings.ca_file,
    )
    life.on_stop(post.close, name="smtp")
    mailing = Mailing(post=post, record=record, clock_ms=_now_ms)
    for queue in MAIL_QUEUES:
        _consume(life, settings, queue, settings.prefetch, mailing.take)
    if service is None:
        _consume(life, settings, PUSH_QUEUE, settings.prefetch, PushOff().take)
    else:
        # As many as go out at once: a worker waits for Firebase's answer.
        pushing = _pushing(life, settings, service, record)
        _consume(life, settings, PUSH_QUEUE, settings.fcm_connections, pushing.take)
    life.task("old jobs", record.prune)
    life.ready_check("postgres", record.reachable)


def _push_service(life: Lifecycle, settings: MailerSettings) -> PushService | None:
    """Firebase, or None without credentials: then its library, which is large, is not even imported."""
    if settings.fcm_credentials_file is None:
        _log.warning("push is off", reason="NEXYNC_FCM_CREDENTIALS_FILE is not set")
        return None
    from svc_mailer.adapters.fcm import FcmPush  # noqa: PLC0415 - see above

    try:
        service = FcmPush(
            settings.fcm_credentials_file,
            url=settings.fcm_url,
            connections=settings.fcm_connections,
        )
    except PushSetupError as error:
        raise RefusedError(str(error)) from None
    life.on_stop(service.close, name="fcm")
    return service


def _pushing(
    life: Lifecycle, settings: MailerSettings, service: PushService, record: Record
) -> Pushing:
    web = httpx.AsyncClient()
    publisher = Publisher(settings.rabbitmq_url, ca_file=settings.ca_file)
    publisher.start()
    life.on_stop(web.aclose, name="http client")
    life.on_stop(publisher.close, name="rabbitmq publisher")
    return Pushing(
        service=service,
        chats=HttpPushChats(settings.chat_internal_url, web),
        jobs=RabbitPushJobs(publisher),
        record=record,
        clock_ms=_now_ms,
    )


def _consume(
    life: Lifecycle, settings: MailerSettings, queue: str, at_once: int, take: Take
) -> None:
    """One consumer a queue, so that one that stands still doesn't hold up the others."""
    consumer = Consumer(
        settings.rabbitmq_url,
        queue,
        prefetch=at_once,
        ca_file=settings.ca_file,
        on_depth=partial(show_depth, queue),
    )
    life.task(queue, lambda: consumer.run(take))
    life.on_drain(consumer.drain, name=queue)
    life.on_stop(consumer.close, name=f"rabbitmq {queue}")
    life.ready_check(f"rabbitmq {queue}", consumer.reachable)
