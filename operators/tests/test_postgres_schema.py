"""What the PostgresSchema kind reads from Kubernetes, and what it says when something isn't there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.kinds import Kind
from nexync_operator.postgres_schema import (
    PostgresSchemaKind,
    _connection,
    _refuse_second,
    limits,
)
from nexync_operator.resources import Resource

SPEC: dict[str, Any] = {
    "connection": {"secretRef": {"name": "backends", "key": "postgres-url"}},
    "migrations": {"configMapRef": {"name": "files"}},
}


@dataclass
class FakeCluster:
    """Secrets and ConfigMaps in memory; `others` are Secrets by name, any other name is the connection's."""

    secrets: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    others: Mapping[str, Mapping[str, bytes]] = field(
        default_factory=dict[str, Mapping[str, bytes]]
    )

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes]:
        return self.others.get(name, self.secrets)

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str]:
        return self.files

    async def resources(self, kind: Kind) -> Sequence[Resource]:
        return ()


def _resource(name: str, created: str = "2030-01-01T00:00:00Z", **status: Any) -> Resource:
    meta = {"namespace": "n", "name": name, "uid": name, "creationTimestamp": created}
    return Resource.read({"metadata": meta, "spec": SPEC, "status": status}, "PostgresSchema")


async def test_a_missing_key_is_named_and_retried() -> None:
    """Not stalled: somebody fills the Secret a little later."""
    with pytest.raises(ReconcileError, match="no key 'postgres-url'") as caught:
        await PostgresSchemaKind().look(_resource("a"), FakeCluster({"other": b""}))
    assert caught.value.reason == "SecretKeyMissing"
    assert not isinstance(caught.value, RefusedError)


@pytest.mark.parametrize(
    ("connection", "others", "found"),
    [
        ({}, {}, None),
        ({"caKey": "ca.crt"}, {}, "beside"),
        ({"caSecretRef": {"name": "ca", "key": "tls.crt"}}, {"ca": {"tls.crt": b"apart"}}, "apart"),
    ],
)
async def test_the_authority_is_beside_the_address_or_apart(
    connection: Mapping[str, Any], others: Mapping[str, Mapping[str, bytes]], found: str | None
) -> None:
    """Beside it under `caKey`, or in a Secret of its own, as other operators make them."""
    secrets = {"postgres-url": b"postgresql://x", "ca.crt": b"beside"}
    spec = {**SPEC, "connection": {**SPEC["connection"], **connection}}
    resource = replace(_resource("a"), spec=spec)
    where = await _connection(resource, FakeCluster(secrets, others=others))
    assert (where.url, where.ca) == ("postgresql://x", found)


async def test_a_missing_authority_is_named() -> None:
    """By its Secret and its key."""
    reference = {"caSecretRef": {"name": "ca", "key": "tls.crt"}}
    spec = {**SPEC, "connection": {**SPEC["connection"], **reference}}
    cluster = FakeCluster({"postgres-url": b"postgresql://x"}, others={"ca": {}})
    with pytest.raises(ReconcileError, match=r"'ca' has no key 'tls\.crt'"):
        await PostgresSchemaKind().look(replace(_resource("a"), spec=spec), cluster)


@pytest.mark.parametrize(
    ("url", "files", "reason"),
    [
        (b"postgresql://x@127.0.0.1:1/x", {"0002_a.sql": "SELECT 1;"}, "InvalidMigrations"),
        (b"postgresql://x@127.0.0.1:1/x", {}, "InvalidMigrations"),
        (b"postgresql://x@127.0.0.1:1/x", {"0001_a.sql": "SELECT 1;"}, "DatabaseUnreachable"),
        (b"a word", {"0001_a.sql": "SELECT 1;"}, "InvalidConnection"),
    ],
)
async def test_what_is_wrong_becomes_a_reason(
    url: bytes, files: Mapping[str, str], reason: str
) -> None:
    """Files are looked at before the database, and a URL never stands in a message."""
    cluster = FakeCluster({"postgres-url": url}, files)
    step = await PostgresSchemaKind().look(_resource("a"), cluster)
    ready = step().conditions[0]
    assert ready.reason == reason
    assert url.decode() not in ready.message


def test_the_older_of_two_wins() -> None:
    """By time, then by uid; the older one is not disturbed."""
    old = _resource("old", database="7/x")
    young = _resource("young", "2030-01-02T00:00:00Z", database="7/x")
    with pytest.raises(RefusedError, match="n/old is older"):
        _refuse_second(young, "7/x", [old])
    _refuse_second(old, "7/x", [young])
    _refuse_second(young, "8/x", [old])


def test_of_two_made_in_one_second_the_one_that_is_ready_wins() -> None:
    """The uid decides only as long as neither is."""
    ready = ({"type": "Ready", "status": "True"},)
    first = _resource("z-first", database="7/x", conditions=ready)
    second = _resource("a-second", database="7/x")
    _refuse_second(first, "7/x", [second])
    with pytest.raises(RefusedError, match="n/z-first is older"):
        _refuse_second(second, "7/x", [first])
    fresh = _resource("z-first", database="7/x")
    _refuse_second(second, "7/x", [fresh])


def test_limits_are_those_of_the_spec() -> None:
    """In seconds."""
    found = limits({"lockTimeoutSeconds": 2, "statementTimeoutSeconds": 9})
    assert (found.lock_seconds, found.statement_seconds) == (2.0, 9.0)
