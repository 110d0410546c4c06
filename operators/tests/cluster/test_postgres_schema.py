"""PostgresSchema against a real API server and a real Postgres: each behaviour that docs/operator.md promises."""

import json
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from operator_world import (
    Operator,
    eventually,
    install_crds,
    kubectl,
    namespace_of,
    operator_of,
    reasons,
    required,
)
from psycopg import sql

pytestmark = pytest.mark.cluster

PAUSED = "nexync.io/paused"
APPROVE = "nexync.io/approve"
A = "CREATE TABLE a (id bigint PRIMARY KEY, n text);"
B = "CREATE TABLE b (id bigint PRIMARY KEY);"


@dataclass
class Stage:
    """A namespace, the operator that watches it, and a Postgres."""

    namespace: str
    postgres: str
    operator: Operator
    made: list[str]

    def database(self) -> str:
        """The URL of a new empty database."""
        name = f"cluster_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.made.append(name)
        return urlunsplit(urlsplit(self.postgres)._replace(path=f"/{name}"))

    def files(self, name: str, *texts: str) -> None:
        """The ConfigMap of a case, its files numbered from 1."""
        data = {f"{number:04d}_m.sql": text for number, text in enumerate(texts, start=1)}
        meta = {"name": name, "namespace": self.namespace}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}
        kubectl("apply", "-f", "-", body=body)

    def secret(self, name: str, url: str) -> None:
        """The Secret of a case."""
        meta = {"name": name, "namespace": self.namespace}
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": meta,
            "stringData": {"postgres-url": url},
        }
        kubectl("apply", "-f", "-", body=body)

    def schema(self, name: str, *, at: str = "", **spec: Any) -> None:
        """The PostgresSchema of a case; `at` names the case whose Secret it uses."""
        body: dict[str, Any] = {
            "apiVersion": "nexync.io/v1alpha1",
            "kind": "PostgresSchema",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {
                "connection": {"secretRef": {"name": at or name, "key": "postgres-url"}},
                "migrations": {"configMapRef": {"name": at or name}},
                **spec,
            },
        }
        kubectl("apply", "-f", "-", body=body)

    def get(self, name: str) -> dict[str, Any] | None:
        """It, None when it is gone."""
        text = kubectl("-n", self.namespace, "get", "nps", name, "-o", "json", "--ignore-not-found")
        return json.loads(text) if text else None

    def until(self, name: str, reason: str, words: str = "", seconds: float = 60) -> dict[str, Any]:
        """Wait for the reason of Ready in this generation; the status."""

        def probe() -> dict[str, Any] | None:
            body = self.get(name) or {}
            status = body.get("status", {})
            conditions = {one["type"]: one for one in status.get("conditions", [])}
            ready = conditions.get("Ready", {})
            if status.get("observedGeneration") != body.get("metadata", {}).get("generation"):
                return None
            if ready.get("reason") != reason or words not in ready.get("message", ""):
                return None
            return {**status, **conditions}

        return eventually(f"{name} is {reason}", probe, seconds)

    def annotate(self, name: str, *pairs: str) -> None:
        """Set or remove annotations."""
        kubectl("-n", self.namespace, "annotate", "--overwrite", "nps", name, *pairs)

    def events(self, name: str) -> list[str]:
        """The reasons of its events."""
        return reasons(self.namespace, name)

    def delete(self, name: str) -> float:
        """Delete it; the seconds until it was gone."""
        began = time.monotonic()
        kubectl("-n", self.namespace, "delete", "nps", name, "--timeout=60s")
        return time.monotonic() - began


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One namespace and one operator for all; both go at the end."""
    required("KUBECONFIG")
    postgres = required("NEXYNC_POSTGRES_URL")
    install_crds()
    log = tmp_path_factory.mktemp("operator") / "log"
    with namespace_of("op-schema") as namespace:
        made = Stage(namespace, postgres, operator_of(namespace, log, delete_seconds=5), [])
        made.operator.start()
        try:
            yield made
        finally:
            kubectl("-n", namespace, "delete", "nps", "--all", "--timeout=60s")
            made.operator.stop()
            sys.stdout.write(log.read_text())
            with psycopg.connect(postgres, autocommit=True) as connection:
                for name in made.made:
                    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                    connection.execute(drop)


def _case(stage: Stage, *texts: str, **spec: Any) -> tuple[str, str]:
    """A database, its Secret, its files and its resource; (name, URL)."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    url = stage.database()
    stage.secret(name, url)
    stage.files(name, *texts)
    stage.schema(name, **spec)
    return name, url


def _rows(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_a_plan_is_applied_and_a_changed_config_map_is_noticed(stage: Stage) -> None:
    """Status, history, events, metrics; no finalizer under Retain, and deleting keeps the database."""
    name, url = _case(stage, A)
    status = stage.until(name, "Applied")
    assert status["applied"] == {"number": 1, "name": "0001_m"}
    assert "milliseconds" in status["history"][0]
    assert "plan" not in status
    stage.files(name, A, B)
    status = stage.until(name, "Applied", "0002_m")
    assert [row["number"] for row in status["history"]] == [2, 1]
    assert stage.events(name).count("MigrationApplied") == 2
    assert 'kind="PostgresSchema",result="ok"' in stage.operator.get("/metrics")
    body = stage.get(name) or {}
    assert "finalizers" not in body["metadata"]
    stage.delete(name)
    assert _rows(url, "SELECT count(*) FROM schema_migrations") == [(2,)]


def test_manual_approval_waits_for_the_checksum(stage: Stage) -> None:
    """Nothing happens before, and an approval of another plan is none."""
    name, url = _case(stage, A, approval="Manual")
    status = stage.until(name, "ApprovalNeeded")
    checksum = status["plan"]["checksum"]
    assert status["plan"]["migrations"] == ["0001_m"]
    stage.annotate(name, f"{APPROVE}=0000")
    stage.until(name, "ApprovalNeeded", checksum)
    assert _rows(url, "SELECT to_regclass('a')") == [(None,)]
    stage.annotate(name, f"{APPROVE}={checksum}")
    stage.until(name, "Applied")
    assert "ApprovalNeeded" in stage.events(name)
    stage.files(name, A, B)
    stage.until(name, "ApprovalNeeded", "0002_m")


def test_a_finding_blocks_until_it_is_allowed(stage: Stage) -> None:
    """Stalled with the migration and the rule; the plan in status holds the findings."""
    name, url = _case(stage, A, "-- nexync: contract\nALTER TABLE a DROP COLUMN n;")
    status = stage.until(name, "LintFindings", "0002_m line 2: ban-drop-column")
    assert status["Stalled"]["status"] == "True"
    assert status["plan"]["findings"][0]["rule"] == "ban-drop-column"
    assert _rows(url, "SELECT to_regclass('a')") == [(None,)]
    stage.schema(name, allow=[{"migration": "0002_m", "rules": ["ban-drop-column"]}])
    stage.until(name, "Applied", "0002_m")
    stage.files(name, A)
    status = stage.until(name, "ContractApplied", "0002_m, a contract step")
    assert status["Stalled"]["status"] == "True"


def test_a_failed_migration_goes_on_with_the_fixed_file(stage: Stage) -> None:
    """What came before stays, the failure is in conditions and events, the fix is applied at once."""
    name, url = _case(stage, A, "INSERT INTO nowhere VALUES (1);")
    status = stage.until(name, "MigrationFailed", "0002_m failed and left no trace")
    assert status["applied"]["number"] == 1
    assert status["failure"]["attempts"] == 1
    eventually("the event", lambda: "MigrationFailed" in stage.events(name))
    stage.files(name, A, B)
    status = stage.until(name, "Applied", "0002_m")
    assert "failure" not in status
    assert _rows(url, "SELECT to_regclass('b')::text") == [("b",)]


def test_paused_means_hands_off(stage: Stage) -> None:
    """New files wait until the annotation goes."""
    name, url = _case(stage, A)
    stage.until(name, "Applied")
    stage.annotate(name, f"{PAUSED}=true")
    eventually("it is paused", lambda: "Paused" in json.dumps((stage.get(name) or {})["status"]))
    stage.files(name, A, B)
    stage.annotate(name, "example.org/woken=1")
    looked = stage.operator.get("/metrics").count("result=")
    assert looked
    assert _rows(url, "SELECT to_regclass('b')") == [(None,)]
    stage.annotate(name, f"{PAUSED}-")
    stage.until(name, "Applied", "0002_m")


def test_a_rollback_finds_the_database_ahead(stage: Stage) -> None:
    """Fewer files than applied are Ready, and going forward again needs nothing."""
    name, _ = _case(stage, A, B)
    stage.until(name, "Applied", "0002_m")
    stage.files(name, A)
    status = stage.until(name, "DatabaseAhead")
    assert status["Ready"]["status"] == "True"
    stage.files(name, A, B)
    stage.until(name, "Applied", "0002_m")


def test_what_is_missing_is_named_and_looked_for_again(stage: Stage) -> None:
    """Secret, key and ConfigMap each have their reason, and no one has to touch the resource."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    stage.schema(name)
    stage.until(name, "SecretMissing")
    meta = {"name": name, "namespace": stage.namespace}
    kubectl("apply", "-f", "-", body={"apiVersion": "v1", "kind": "Secret", "metadata": meta})
    stage.until(name, "SecretKeyMissing", "postgres-url")
    stage.secret(name, "postgresql://nobody@127.0.0.1:1/x")
    stage.until(name, "ConfigMapMissing")
    stage.files(name, A)
    status = stage.until(name, "DatabaseUnreachable")
    assert status["Reconciling"]["status"] == "True"
    stage.secret(name, stage.database())
    stage.until(name, "Applied")


def test_two_resources_over_one_database_the_older_wins(stage: Stage) -> None:
    """Also through another Secret; when the older goes, the younger takes over."""
    name, url = _case(stage, A)
    stage.until(name, "Applied")
    other = f"t-{name}"
    stage.secret(other, url.replace("127.0.0.1", "localhost"))
    stage.files(other, A, B)
    stage.schema(other)
    stage.until(other, "Conflict", name)
    assert _rows(url, "SELECT to_regclass('b')") == [(None,)]
    stage.delete(name)
    stage.until(other, "Applied", "0002_m")


def test_delete_drops_what_was_made_within_a_minute(stage: Stage) -> None:
    """Only under deletionPolicy Delete; an unreachable database doesn't hold the resource for ever."""
    name, url = _case(stage, A, deletionPolicy="Delete")
    stage.until(name, "Applied")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE stranger ()")
    assert stage.delete(name) < 20
    tables = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    assert _rows(url, tables) == [("stranger",)]
    name, _ = _case(stage, A, deletionPolicy="Delete")
    stage.until(name, "Applied")
    stage.secret(name, "postgresql://nobody@127.0.0.1:1/x")
    assert stage.delete(name) < 60


def test_the_operator_is_killed_in_the_middle_of_a_migration(stage: Stage) -> None:
    """Within a transaction and within an index being made: the next one ends both, each exactly once."""
    slow = "CREATE TABLE c (n int); INSERT INTO c VALUES (1); SELECT pg_sleep(2);"
    index = "-- nexync: non-transactional\nCREATE INDEX CONCURRENTLY a_n ON a (n);"
    name, url = _case(stage, A, slow, index)
    sleeping = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE '%pg_sleep(2)%' AND pid <> pg_backend_pid()"
    )
    eventually("it sleeps", lambda: _rows(url, sleeping) == [(1,)])
    stage.operator.stop(signal.SIGKILL)
    assert _rows(url, "SELECT to_regclass('c')") == [(None,)]
    with psycopg.connect(url) as holder:
        holder.execute("SELECT 1 FROM a")
        holder.execute("LOCK TABLE a IN ROW EXCLUSIVE MODE")
        stage.operator.start()
        begun = "SELECT to_regclass('a_n')::text"
        eventually("the index is begun", lambda: _rows(url, begun) == [("a_n",)], 40)
        stage.operator.stop(signal.SIGKILL)
        gone = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%INDEX CONCURRENTLY%' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        eventually("the server notices", lambda: _rows(url, gone) == [(0,)])
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_n'::regclass"
        assert _rows(url, valid) == [(False,)]
    stage.operator.start()
    stage.until(name, "Applied", "0003_m", 40)
    assert _rows(url, "SELECT n FROM c") == [(1,)]
    assert _rows(url, valid) == [(True,)]
