"""Renders that are kept, so that a change of what comes out is seen in review.

After a wanted change: `.venv/bin/python -m pytest -c pyproject.toml --rootdir . charts/tests/test_golden.py --update`
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chartkit.render import Object, Release, Values, render

FROM: Values = {"networkPolicy": {"edge": {"from": [{"podSelector": {}}]}}}
KEDA = {"provider": "keda", "keda": {"serverAddress": "http://prometheus.monitoring:9090"}}
CASES: dict[str, tuple[str, Values]] = {
    "nexync": ("nexync", {}),
    "gateway-hpa": ("svc-gateway", {"autoscaling": {"provider": "hpa"}}),
    "gateway-keda": ("svc-gateway", {"autoscaling": KEDA}),
    "edge-ingress": ("edge", {"provider": "ingress", "global": FROM}),
    "edge-gateway-api": (
        "edge",
        {
            "provider": "gateway-api",
            "global": FROM,
            "gatewayApi": {"gateway": {"create": True, "className": "example"}},
        },
    ),
    "nexync-backends": ("nexync-backends", {}),
    "auth-rotation": ("svc-auth", {"signingKey": {"rotation": {"enabled": True}}}),
}


def _masked(item: Object) -> Object:
    """Without what is random (secrets) or somebody else's text (migrations)."""
    masked: Any = dict(item)
    hide = item["kind"] == "Secret" or item["metadata"]["name"].endswith("-migrations")
    for field in ("data", "stringData", "binaryData"):
        if hide and field in item:
            masked[field] = dict.fromkeys(item[field], "…") if item["kind"] == "Secret" else "…"
    if "nexync.io/migrations" in item["metadata"].get("annotations", {}):
        masked["metadata"] = {**item["metadata"], "annotations": {"nexync.io/migrations": "…"}}
    return masked


@pytest.mark.parametrize("name", CASES)
def test_render_is_the_kept_one(name: str, golden: Path, update: bool) -> None:
    chart, values = CASES[name]
    objects = render(chart, values, Release(namespace="chat"))
    ordered = sorted(objects, key=lambda item: (item["kind"], item["metadata"]["name"]))
    text = yaml.safe_dump_all(
        [_masked(item) for item in ordered], width=100, allow_unicode=True, sort_keys=True
    )
    file = golden / f"{name}.yaml"
    if update:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text, f"{file.name}: look at the difference, then --update"
