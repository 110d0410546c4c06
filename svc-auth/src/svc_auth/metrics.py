"""The metrics of svc-auth, a closed set."""

from typing import Final

from prometheus_client import Counter, Gauge

ATTEMPTS: Final = Counter(
    "nexync_auth_attempts", "Requests by operation and outcome", ["operation", "outcome"]
)
OUTBOX_SENT: Final = Counter("nexync_auth_outbox_sent", "Jobs confirmed by the broker")
OUTBOX_WAITING: Final = Gauge(
    "nexync_auth_outbox_waiting", "Jobs of the batch at hand that the broker has not confirmed"
)
