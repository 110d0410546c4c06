"""The metrics of svc-mailer, a closed set, all with the prefix `nexync_mailer_`.

| name | kind | meaning |
|---|---|---|
| jobs_total{job,outcome} | counter | jobs and what became of them |
| smtp_seconds | histogram | time to hand a mail to SMTP |
| queue_messages{queue} | gauge | messages that wait in a work queue |

Every mailer asks the broker for `queue_messages` every 5 s and shows the same number: take the maximum, not the sum.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

JOBS: Final = Counter(
    "nexync_mailer_jobs", "Jobs by kind and what became of them", ["job", "outcome"]
)
SMTP_SECONDS: Final = Histogram("nexync_mailer_smtp_seconds", "Time to hand a mail to SMTP")
QUEUE_MESSAGES: Final = Gauge(
    "nexync_mailer_queue_messages", "Messages that wait in a work queue", ["queue"]
)
