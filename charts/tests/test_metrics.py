"""Every metric that an autoscaler or an alert asks for is exported by a service."""

import re
from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.metrics_core import Metric

import nexync_operator.metrics as operator_metrics
import svc_auth.metrics as auth_metrics
import svc_chat.metrics as chat_metrics
import svc_gateway.metrics as gateway_metrics
import svc_mailer.metrics as mailer_metrics
import svc_persister.metrics as persister_metrics
from chartkit.render import CHARTS, render_text

IN_REGISTRY = (auth_metrics, chat_metrics, mailer_metrics, operator_metrics)
"""These register their metrics when they are imported."""

KEDA = {"provider": "keda", "keda": {"serverAddress": "http://prometheus:9090"}}
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
SUFFIXES["summary"] = ("", "_sum", "_count")


def _exported() -> set[str]:
    """Names of all samples that the services can export."""
    own = CollectorRegistry()
    persister_metrics.make(own)
    own.register(gateway_metrics.CountsCollector(gateway_metrics.Counts()))
    families: Iterable[Metric] = [*REGISTRY.collect(), *own.collect()]
    return {f.name + suffix for f in families for suffix in SUFFIXES.get(f.type, ("",))}


def _asked() -> dict[str, str]:
    texts = {
        f"{chart} {provider['provider']}": render_text(chart, {"autoscaling": provider})
        for chart in ("svc-gateway", "svc-auth", "svc-chat", "svc-persister", "svc-mailer")
        for provider in ({"provider": "hpa"}, KEDA)
    }
    values = {"prometheusRules": "always", "prometheusAdapter": {"enabled": True}}
    texts["umbrella"] = render_text("nexync", values)
    for file in sorted((CHARTS / "nexync/files").glob("*.yaml")):
        texts[file.name] = file.read_text()
    pattern = r"\bnexync_(?:gateway|auth|chat|persister|mailer|operator)_\w+"
    return {name: where for where, text in texts.items() for name in re.findall(pattern, text)}


def test_every_metric_is_exported() -> None:
    exported, asked = _exported(), _asked()
    assert {"nexync_gateway_connections", "nexync_persister_lag"} <= asked.keys()
    missing = {name: where for name, where in asked.items() if name not in exported}
    assert missing == {}
