"""The metrics of svc-auth, a closed set."""

from typing import Final

from prometheus_client import Counter, Gauge

ATTEMPTS: Final = Counter(
    "nexync_auth_attempts", "Requests by operation and outcome", ["operation", "outcome"]
)
ERASURES: Final = Counter("nexync_auth_erasures", "Steps of erasures of accounts", ["step"])
ERASURES_OPEN: Final = Gauge(
    "nexync_auth_erasures_open",
    "Erased accounts that svc-chat has not finished with, of the oldest",
)
ERASURES_OLDEST: Final = Gauge(
    "nexync_auth_erasures_oldest_seconds",
    "Since the oldest erasure that is not finished was due or begun; 0 when all are",
)
OUTBOX_SENT: Final = Counter("nexync_auth_outbox_sent", "Jobs confirmed by the broker")
OUTBOX_WAITING: Final = Gauge(
    "nexync_auth_outbox_waiting",
    "Jobs that the broker has not confirmed, up to 1000; of the instance that relays",
)
