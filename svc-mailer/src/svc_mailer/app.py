"""The composition root of svc-mailer: builds the adapters and passes them in by name."""

import time
from functools import partial

from nexync_contracts.channels import MAIL_QUEUES
from nexync_runtime import schema
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.rabbit import Consumer
from svc_mailer.adapters.postgres_record import PostgresRecord
from svc_mailer.adapters.smtp import SmtpPost
from svc_mailer.mailing import Mailing
from svc_mailer.metrics import show_depth
from svc_mailer.settings import MailerSettings

NEEDED_MIGRATION = 17


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def build(life: Lifecycle, settings: MailerSettings) -> None:
    """Register everything with the lifecycle."""
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
        _consume(life, settings, queue, mailing)
    life.task("old jobs", record.prune)
    life.ready_check("postgres", record.reachable)


def _consume(life: Lifecycle, settings: MailerSettings, queue: str, mailing: Mailing) -> None:
    """One consumer a queue, so that one that stands still doesn't hold up the others."""
    consumer = Consumer(
        settings.rabbitmq_url,
        queue,
        prefetch=settings.prefetch,
        ca_file=settings.ca_file,
        on_depth=partial(show_depth, queue),
    )
    life.task(queue, lambda: consumer.run(mailing.take))
    life.on_drain(consumer.drain, name=queue)
    life.on_stop(consumer.close, name=f"rabbitmq {queue}")
    life.ready_check(f"rabbitmq {queue}", consumer.reachable)
