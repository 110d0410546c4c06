"""The composition root of svc-mailer: builds the adapters and passes them in by name."""

import time

from nexync_contracts.channels import VERIFICATION_QUEUE
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
    consumer = Consumer(
        settings.rabbitmq_url,
        VERIFICATION_QUEUE,
        prefetch=settings.prefetch,
        ca_file=settings.ca_file,
        on_depth=QUEUE_MESSAGES.labels(VERIFICATION_QUEUE).set,
    )
    life.task("verification codes", lambda: consumer.run(mailing.verification_code))
    life.on_drain(consumer.drain, name="verification codes")
    life.on_stop(consumer.close, name="rabbitmq")
    life.ready_check("rabbitmq", consumer.reachable)
    life.ready_check("redis", lambda: redis_client.reachable(state))
