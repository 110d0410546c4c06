"""The operator's metrics; the closed set is in docs/operator.md."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

RECONCILIATIONS: Final = Counter(
    "nexync_operator_reconciliations",
    "Reconcile runs by kind and result (ok, failed, stalled, paused).",
    ("kind", "result"),
)
SECONDS: Final = Histogram(
    "nexync_operator_reconcile_seconds",
    "How long a reconcile run took.",
    ("kind",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
RESOURCES: Final = Gauge(
    "nexync_operator_resources",
    "Resources by kind and by the condition that is True for them; `All` counts each once.",
    ("kind", "condition"),
)
API_ERRORS: Final = Counter(
    "nexync_operator_kubernetes_errors", "Requests to the Kubernetes API that failed."
)
LAST_SYNC: Final = Gauge(
    "nexync_operator_last_sync_timestamp_seconds",
    "When all resources were last listed (Unix time).",
)
