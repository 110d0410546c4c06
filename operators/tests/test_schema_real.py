"""The runner against a real Postgres: killed at each step, two at a time, locks and limits."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schema_site import FILES, drop_database, new_database, rows, write

from nexync_operator import schema
from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.schema_files import Migration
from nexync_operator.schema_store import Limits, session

pytestmark = pytest.mark.real
STEPS = ("before", "begun", "executed", "recorded", "committed")
INDEX_STEPS = ("before", "started", "step 1", "step 2", "recorded", "committed")

KILLED = """
import os, signal, sys
from pathlib import Path
from nexync_operator import schema
url, folder, word, name = sys.argv[1:]
def progress(at, migration):
    if at == word and migration.name == name:
        os.kill(os.getpid(), signal.SIGKILL)
schema.reconcile(url, Path(folder), schema.Options(progress=progress))
"""


def eventually(what: str, probe: Callable[[], bool], seconds: float = 10.0) -> None:
    """The outside world has come round, or the test fails."""
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() >= deadline:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def _assert_whole(url: str) -> None:
    """Each migration ran exactly once, and the indexes are valid."""
    assert rows(url, "SELECT n FROM log ORDER BY n") == [(2,), (4,)]
    assert rows(url, "SELECT count(*) FROM t") == [(200,)]
    assert rows(url, "SELECT number FROM schema_migrations ORDER BY 1") == [(1,), (2,), (3,), (4,)]
    assert rows(url, "SELECT * FROM schema_migration_starts") == []
    indexes = (
        "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 't'::regclass"
    )
    assert sorted(rows(url, indexes)) == [("t_a", True), ("t_b", True)]


@pytest.mark.parametrize(
    ("name", "step"),
    [("0002_counted", step) for step in STEPS] + [("0003_indexes", step) for step in INDEX_STEPS],
)
def test_killed_at_a_step_the_next_run_goes_on(
    database: str, folder: Path, name: str, step: str
) -> None:
    """SIGKILL before, within and after the transaction, and between the steps of one without."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, database, str(folder), step, name], timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    schema.reconcile(database, folder)
    _assert_whole(database)


def test_killed_while_the_server_makes_an_index(database: str, folder: Path) -> None:
    """The index that the killed run leaves INVALID is dropped and made again."""
    holder = psycopg.connect(database)
    try:
        run = _reach_waiting_index(database, folder, holder)
        run.kill()
        run.wait(10)
        gone = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%INDEX CONCURRENTLY%' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        eventually("the server notices", lambda: rows(database, gone) == [(0,)])
        left = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass"
        assert rows(database, left) == [(False,)]
    finally:
        holder.close()
    schema.reconcile(database, folder)
    _assert_whole(database)


def _reach_waiting_index(
    database: str, folder: Path, holder: psycopg.Connection
) -> subprocess.Popen[bytes]:
    """A run that waits inside CREATE INDEX CONCURRENTLY for the holder's old snapshot."""
    first = folder / "first"
    first.mkdir()
    write(first, {name: FILES[name] for name in sorted(FILES)[:2]})
    schema.reconcile(database, first)
    holder.execute("SELECT 1 FROM t LIMIT 1")
    holder.execute("LOCK TABLE t IN ROW EXCLUSIVE MODE")
    run = subprocess.Popen([sys.executable, "-c", KILLED, database, str(folder), "", ""])
    made = "SELECT to_regclass('t_a')::text"
    eventually("the index is begun", lambda: rows(database, made) == [("t_a",)], 20)
    return run


def test_a_changed_text_of_a_started_migration_begins_anew(database: str, folder: Path) -> None:
    """What the first form has made goes away; the indexes are those of the second."""
    command = [sys.executable, "-c", KILLED, database, str(folder), "step 1", "0003_indexes"]
    subprocess.run(command, timeout=60, check=False)
    text = "-- nexync: non-transactional\nCREATE INDEX CONCURRENTLY t_other ON t (a, b);"
    (folder / "0003_indexes.sql").write_text(text)
    schema.reconcile(database, folder)
    indexes = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass"
    assert rows(database, indexes) == [("t_other",)]


def test_an_index_that_was_there_before_is_not_taken_for_ours(database: str, folder: Path) -> None:
    """Somebody's hand made it: refused, and nothing is dropped."""
    first = folder / "first"
    first.mkdir()
    schema.reconcile(database, write(first, {"0001_table.sql": FILES["0001_table.sql"]}))
    with psycopg.connect(database) as connection:
        connection.execute("CREATE INDEX t_b ON t (b)")
    with pytest.raises(RefusedError, match=r"makes the index t_b, which t has already"):
        schema.reconcile(database, folder)
    assert rows(database, "SELECT to_regclass('t_b')::text") == [("t_b",)]


class CrashError(Exception):
    """Stands for the end of the process."""


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(1, 25), max_size=4), st.integers(0, 4))
def test_any_crashes_from_any_prefix_end_the_same(crashes: list[int], prefix: int) -> None:
    """Crash at the n-th step, again and again, from any prefix: each migration exactly once."""
    url = new_database(os.environ["NEXYNC_POSTGRES_URL"])
    try:
        names = sorted(FILES)
        if prefix:
            _bring_up(url, {name: FILES[name] for name in names[:prefix]}, 0)
        for steps in crashes:
            _bring_up(url, FILES, steps)
        _bring_up(url, FILES, 0)
        _assert_whole(url)
    finally:
        drop_database(url)


def _bring_up(url: str, files: dict[str, str], crash_at: int) -> None:
    left = crash_at

    def progress(_: str, __: Migration) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise CrashError

    try:
        with session(url) as connection:
            options = schema.Options(progress=progress)
            schema.bring_up(connection, schema.read(files, "here"), options, schema.Report())
    except CrashError:
        pass


def test_runs_at_the_same_time_make_an_index_without_a_deadlock(
    database: str, folder: Path
) -> None:
    """A waiting run must be no snapshot that the other's index waits for."""
    command = [sys.executable, "-m", "nexync_operator", "apply", "--postgres", database]
    command += ["--migrations", str(folder)]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], outputs
    assert sum(out.count("applied 0003") for out, _ in outputs) == 1
    _assert_whole(database)


def test_a_long_transaction_makes_the_migration_give_up(database: str, folder: Path) -> None:
    """Within the lock timeout, without a trace, so that readers don't queue up behind it; then it passes."""
    schema.reconcile(database, folder)
    (folder / "0005_column.sql").write_text("ALTER TABLE t ADD COLUMN c int;")
    options = schema.Options(limits=Limits(lock_seconds=0.3))
    with psycopg.connect(database) as holder:
        holder.execute("SELECT 1 FROM t LIMIT 1")
        with pytest.raises(ReconcileError, match="another transaction holds") as caught:
            schema.reconcile(database, folder, options)
        assert caught.value.reason == "LockTimeout"
        assert not isinstance(caught.value, RefusedError)
    assert [one.number for one in schema.reconcile(database, folder, options)] == [5]


def test_a_statement_has_a_limit(database: str, tmp_path: Path) -> None:
    """A statement that doesn't end is ended."""
    write(tmp_path, {"0001_slow.sql": "SELECT pg_sleep(60);"})
    options = schema.Options(limits=Limits(statement_seconds=0.2))
    with pytest.raises(RefusedError, match="statement timeout"):
        schema.reconcile(database, tmp_path, options)
