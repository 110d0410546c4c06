"""The umbrella: parts that are left out, its hooks, and the values of the production page."""

import hashlib
import re
from typing import Any

import pytest
import yaml

from chartkit.components import ALL, COMPONENTS
from chartkit.render import CHARTS, ROOT, find, kinds, names, render


def test_production_as_the_page_shows_it() -> None:
    """The values that docs/production.md gives render; addresses and authority come from Secrets of others."""
    page = (ROOT / "docs" / "production.md").read_text()
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    values = next(one for one in blocks if one.get("topics"))
    objects = render("nexync", values)
    authority = {"name": "backends-ca", "key": "ca.crt"}
    topics = [one["spec"] for one in objects if one["kind"] == "KafkaTopic"]
    assert topics
    for topic in topics:
        assert topic["connection"]["security"]["caSecretRef"] == authority
        assert topic["replicationFactor"] == 3
        assert topic["config"]["min.insync.replicas"] == "2"
    schema = find(objects, "PostgresSchema")["spec"]["connection"]
    assert schema == {
        "secretRef": {"name": "chat-db-app", "key": "uri"},
        "caSecretRef": authority,
    }


@pytest.mark.parametrize("part", [*COMPONENTS, "operator", "edge"])
def test_umbrella_leaves_parts_out(part: str) -> None:
    values: dict[str, Any] = {part: {"enabled": False}}
    if part == "edge":
        values["global"] = {"networkPolicy": {"edge": {"from": [{"podSelector": {}}]}}}
    left = [n for n in names(render("nexync", values)) if n.startswith("Deployment/")]
    assert f"Deployment/nexync-{part}" not in left
    assert len(left) == len(ALL) - 1


def test_umbrella_toggles() -> None:
    off = {
        "topics": {"enabled": False},
        "schema": {"enabled": False},
        "test": {"enabled": False},
        "prometheusRules": "always",
        "prometheusAdapter": {"enabled": True},
    }
    objects = render("nexync", off)
    assert not kinds(objects) & {"KafkaTopic", "PostgresSchema", "Pod"}
    assert "PrometheusRule" in kinds(objects)
    assert {"KafkaTopic", "PostgresSchema", "Pod"} <= kinds(render("nexync"))


def test_round_trip_is_a_test_that_cleans_up() -> None:
    (pod,) = (item for item in render("nexync") if item["kind"] == "Pod")
    notes = pod["metadata"]["annotations"]
    assert notes["helm.sh/hook"] == "test"
    assert "before-hook-creation" in notes["helm.sh/hook-delete-policy"]
    assert pod["spec"]["restartPolicy"] == "Never"


def test_other_migrations_change_the_schema_resource_so_that_it_is_looked_at_at_once() -> None:
    schema = find(render("nexync"), "PostgresSchema")
    files = sorted((CHARTS / "nexync" / "files" / "migrations").glob("*.sql"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    assert schema["metadata"]["annotations"]["nexync.io/migrations"] == digest
