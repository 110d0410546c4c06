"""The metrics of svc-mailer, a closed set."""

from typing import Final

from prometheus_client import Counter, Histogram

JOBS: Final = Counter(
    "nexync_mailer_jobs", "Jobs by kind and what became of them", ["job", "outcome"]
)
SMTP_SECONDS: Final = Histogram("nexync_mailer_smtp_seconds", "Time to hand a mail to SMTP")
