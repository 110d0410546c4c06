"""The metrics of svc-mailer, a closed set, all with the prefix `nexync_mailer_`.

| name | kind | meaning |
|---|---|---|
| jobs_total{job,outcome} | counter | jobs by queue and what became of them |
| smtp_seconds | histogram | time to hand a mail to SMTP |
| smtp_connections_total | counter | connections made to the mail server |
| push_seconds | histogram | time to hand a notification to Firebase |
| push_lag_seconds | histogram | from the flush of a message to Firebase |
| queue_messages{queue} | gauge | messages that wait in a work queue |
| retry_messages{queue} | gauge | messages that wait for another attempt, over all delays |
| dead_messages{queue} | gauge | messages that no retry can help: `python -m svc_mailer dead list` |

Every mailer asks the broker for the gauges every 5 s and shows the same numbers: take the maximum, not the sum.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from nexync_runtime.rabbit_queues import Depth

JOBS: Final = Counter(
    "nexync_mailer_jobs", "Jobs by queue and what became of them", ["job", "outcome"]
)
SMTP_SECONDS: Final = Histogram("nexync_mailer_smtp_seconds", "Time to hand a mail to SMTP")
SMTP_CONNECTIONS: Final = Counter(
    "nexync_mailer_smtp_connections", "Connections made to the mail server"
)
PUSH_SECONDS: Final = Histogram(
    "nexync_mailer_push_seconds", "Time to hand a notification to Firebase"
)
PUSH_LAG_SECONDS: Final = Histogram(
    "nexync_mailer_push_lag_seconds",
    "From the flush of a message to Firebase",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 1800),
)
QUEUE_MESSAGES: Final = Gauge(
    "nexync_mailer_queue_messages", "Messages that wait in a work queue", ["queue"]
)
RETRY_MESSAGES: Final = Gauge(
    "nexync_mailer_retry_messages", "Messages that wait for another attempt", ["queue"]
)
DEAD_MESSAGES: Final = Gauge(
    "nexync_mailer_dead_messages", "Messages that no retry can help", ["queue"]
)


def show_depth(queue: str, depth: Depth) -> None:
    """Set the gauges of one queue."""
    QUEUE_MESSAGES.labels(queue).set(depth.waiting)
    RETRY_MESSAGES.labels(queue).set(depth.later)
    DEAD_MESSAGES.labels(queue).set(depth.dead)
