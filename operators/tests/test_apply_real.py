"""Topics and schema against the real Kafka and Postgres."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

from nexync_operator import schema
from nexync_operator.adapters.kafka import KafkaTopicAdmin
from nexync_operator.errors import ReconcileError
from nexync_operator.topics import TopicSpec, reconcile

pytestmark = pytest.mark.real


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set; tests marked `real` need the backends")
    return value


def test_the_schema_is_applied_once(database: str) -> None:
    """The second run changes nothing."""
    folder = schema.find_folder()
    assert schema.reconcile(database, folder) == schema.load(folder)
    assert schema.reconcile(database, folder) == ()


def test_a_failing_migration_leaves_no_trace(database: str, tmp_path: Path) -> None:
    """What came before stays, the failing file is rolled back whole."""
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good ();")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE bad ();\nSELECT nothing_like_it();")
    with pytest.raises(ReconcileError, match="0002_bad failed and left no trace"):
        schema.reconcile(database, tmp_path)
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT to_regclass('good'), to_regclass('bad')").fetchone()
    assert row is not None
    assert (row[0], row[1]) == ("good", None)


def test_two_runs_at_once_apply_each_file_once(database: str) -> None:
    """The advisory lock puts concurrent runs in a row; both end well."""
    command = [sys.executable, "-m", "nexync_operator", "apply", "--postgres", database]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], outputs
    assert sum(out.count("applied 0001") for out, _ in outputs) == 1


def test_a_topic_is_created_drifts_and_is_put_back() -> None:
    """Against the real cluster, with a topic of its own."""
    admin = KafkaTopicAdmin(_required("NEXYNC_KAFKA_BOOTSTRAP"))
    name = f"test-{uuid.uuid4().hex}"
    reconcile(TopicSpec(name, 1, 1, {"retention.ms": "1000", "flush.ms": "99"}), admin)
    spec = TopicSpec(name, 3, 1, {"retention.ms": "2000"})
    assert len(reconcile(spec, admin)) == 2
    state = admin.describe(name)
    assert state is not None
    assert (state.partitions, state.config) == (3, {"retention.ms": "2000"})
    assert state.topic_id
    assert reconcile(spec, admin) == ()
    assert reconcile(TopicSpec(name, 2, 1, dict(spec.config)), admin) == ()
    admin.delete(name)
