"""The composition root of svc-mailer: builds the adapters and passes them in by name."""

import time

from nexync_contracts.channels import MAIL_QUEUES
from nexync_runtime import redis_client
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.rabbit import Consumer
from svc_mailer.adapters.redis_record import RedisRecord
from svc_mailer.adapters.smtp import SmtpPost
from svc_mailer.mailing import Mailing
from svc_mailer.metrics import QUEUE_MESSAGES
from svc_mailer.settings import MailerSettings


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def build(life: Lifecycle, settings: MailerSettings) -> None:
    """Register everything with the lifecycle."""
    state = redis_client.open_redis(settings.redis_state_url, ca_file=settings.ca_file)
    life.on_stop(state.aclose, name="redis")
    mailing = Mailing(
        post=SmtpPost(settings.smtp_url, settings.mail_from, ca_file=settings.ca_file),
        record=RedisRecord(state),
        clock_ms=_now_ms,
    )
    for queue in MAIL_QUEUES:
        _consume(life, settings, queue, mailing)
    life.ready_check("redis", lambda: redis_client.reachable(state))


def _consume(life: Lifecycle, settings: MailerSettings, queue: str, mailing: Mailing) -> None:
    """One consumer a queue, so that one that stands still doesn't hold up the others."""
    consumer = Consumer(
        settings.rabbitmq_url,
        queue,
        prefetch=settings.prefetch,
        ca_file=settings.ca_file,
        on_depth=QUEUE_MESSAGES.labels(queue).set,
    )
    life.task(queue, lambda: consumer.run(mailing.take))
    life.on_drain(consumer.drain, name=queue)
    life.on_stop(consumer.close, name=f"rabbitmq {queue}")
    life.ready_check(f"rabbitmq {queue}", consumer.reachable)
