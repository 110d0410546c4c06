"""The runner against a real Postgres: killed at each step, two at a time, locks, baselines, older releases."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from nexync_operator import schema
from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.schema_drop import drop_all
from nexync_operator.schema_files import Migration
from nexync_operator.schema_store import Limits, history, session
from nexync_runtime.schema import KNOWN

pytestmark = pytest.mark.real

FILES = {
    "0001_table.sql": "CREATE TABLE t (a int, b int);\nINSERT INTO t SELECT i, i FROM generate_series(1, 200) i;",
    "0002_counted.sql": "CREATE TABLE log (n int);\nINSERT INTO log VALUES (2);",
    "0003_indexes.sql": (
        "-- nexync: non-transactional\n"
        "CREATE INDEX CONCURRENTLY t_a ON t (a);\nCREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b);"
    ),
    "0004_last.sql": "INSERT INTO log VALUES (4);",
}
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


def _new_database(url: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _drop_database(url: str) -> None:
    name = urlsplit(url).path[1:]
    with psycopg.connect(os.environ["NEXYNC_POSTGRES_URL"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database of its own, dropped afterwards."""
    url = os.environ.get("NEXYNC_POSTGRES_URL")
    if not url:
        pytest.fail("NEXYNC_POSTGRES_URL is not set; tests marked `real` need the backends")
    made = _new_database(url)
    yield made
    _drop_database(made)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _write(tmp_path, FILES)


def _write(path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (path / name).write_text(text)
    return path


def _rows(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def _assert_whole(url: str) -> None:
    """Each migration ran exactly once, and the indexes are valid."""
    assert _rows(url, "SELECT n FROM log ORDER BY n") == [(2,), (4,)]
    assert _rows(url, "SELECT count(*) FROM t") == [(200,)]
    assert _rows(url, "SELECT number FROM schema_migrations ORDER BY 1") == [(1,), (2,), (3,), (4,)]
    assert _rows(url, "SELECT * FROM schema_migration_starts") == []
    indexes = (
        "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 't'::regclass"
    )
    assert sorted(_rows(url, indexes)) == [("t_a", True), ("t_b", True)]


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
        eventually("the server notices", lambda: _rows(database, gone) == [(0,)])
        left = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass"
        assert _rows(database, left) == [(False,)]
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
    _write(first, {name: FILES[name] for name in sorted(FILES)[:2]})
    schema.reconcile(database, first)
    holder.execute("SELECT 1 FROM t LIMIT 1")
    holder.execute("LOCK TABLE t IN ROW EXCLUSIVE MODE")
    run = subprocess.Popen([sys.executable, "-c", KILLED, database, str(folder), "", ""])
    made = "SELECT to_regclass('t_a')::text"
    eventually("the index is begun", lambda: _rows(database, made) == [("t_a",)], 20)
    return run


def test_a_changed_text_of_a_started_migration_begins_anew(database: str, folder: Path) -> None:
    """What the first form has made goes away; the indexes are those of the second."""
    command = [sys.executable, "-c", KILLED, database, str(folder), "step 1", "0003_indexes"]
    subprocess.run(command, timeout=60, check=False)
    text = "-- nexync: non-transactional\nCREATE INDEX CONCURRENTLY t_other ON t (a, b);"
    (folder / "0003_indexes.sql").write_text(text)
    schema.reconcile(database, folder)
    indexes = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass"
    assert _rows(database, indexes) == [("t_other",)]


def test_an_index_that_was_there_before_is_not_taken_for_ours(database: str, folder: Path) -> None:
    """Somebody's hand made it: refused, and nothing is dropped."""
    first = folder / "first"
    first.mkdir()
    schema.reconcile(database, _write(first, {"0001_table.sql": FILES["0001_table.sql"]}))
    with psycopg.connect(database) as connection:
        connection.execute("CREATE INDEX t_b ON t (b)")
    with pytest.raises(RefusedError, match=r"makes the index t_b, which t has already"):
        schema.reconcile(database, folder)
    assert _rows(database, "SELECT to_regclass('t_b')::text") == [("t_b",)]


class CrashError(Exception):
    """Stands for the end of the process."""


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(1, 25), max_size=4), st.integers(0, 4))
def test_any_crashes_from_any_prefix_end_the_same(crashes: list[int], prefix: int) -> None:
    """Crash at the n-th step, again and again, from any prefix: each migration exactly once."""
    url = _new_database(os.environ["NEXYNC_POSTGRES_URL"])
    try:
        names = sorted(FILES)
        if prefix:
            _bring_up(url, {name: FILES[name] for name in names[:prefix]}, 0)
        for steps in crashes:
            _bring_up(url, FILES, steps)
        _bring_up(url, FILES, 0)
        _assert_whole(url)
    finally:
        _drop_database(url)


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
    _write(tmp_path, {"0001_slow.sql": "SELECT pg_sleep(60);"})
    options = schema.Options(limits=Limits(statement_seconds=0.2))
    with pytest.raises(RefusedError, match="statement timeout"):
        schema.reconcile(database, tmp_path, options)


def test_an_older_release_lives_with_a_database_ahead_until_a_contract_step(
    database: str, folder: Path, tmp_path: Path
) -> None:
    """Nothing to do for it, and after a contract step it is told so by number."""
    schema.reconcile(database, folder)
    older = tmp_path / "older"
    older.mkdir()
    _write(older, {name: FILES[name] for name in sorted(FILES)[:2]})
    assert schema.reconcile(database, older) == ()
    (folder / "0005_gone.sql").write_text("-- nexync: contract\nALTER TABLE t DROP COLUMN b;")
    allow = {"0005_gone": frozenset({"ban-drop-column"})}
    schema.reconcile(database, folder, schema.Options(allow=allow))
    with pytest.raises(RefusedError, match=r"0005_gone, a contract step") as caught:
        schema.reconcile(database, older)
    assert caught.value.reason == "ContractApplied"


def test_a_finding_stops_the_run_before_anything_is_applied(database: str, folder: Path) -> None:
    """The files before it wait as well: a plan is carried out whole or not at all."""
    (folder / "0005_drop.sql").write_text("DROP TABLE log;")
    with pytest.raises(RefusedError, match="0005_drop line 1: ban-drop-table"):
        schema.reconcile(database, folder)
    assert _rows(database, "SELECT to_regclass('t')::text") == [(None,)]


def test_applied_migrations_are_not_linted_again(database: str, folder: Path) -> None:
    """A rule of a newer linter must not stop a database that is as it should be."""
    (folder / "0005_drop.sql").write_text("-- nexync: contract\nDROP TABLE log;")
    allow = {"0005_drop": frozenset({"ban-drop-table"})}
    schema.reconcile(database, folder, schema.Options(allow=allow))
    assert schema.reconcile(database, folder) == ()


def test_a_baseline_is_recorded_when_the_database_is_alike(database: str, folder: Path) -> None:
    """Made by hand as the files would make it, with more besides; the rest is applied."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int, b int)")
        connection.execute("CREATE TABLE log (n int)")
        connection.execute("CREATE TABLE stranger ()")
        connection.execute("CREATE INDEX t_a ON t (a)")
        connection.execute("CREATE UNIQUE INDEX t_b ON t (b)")
    applied = schema.reconcile(database, folder, schema.Options(baseline=3))
    assert [one.number for one in applied] == [4]
    assert _rows(database, "SELECT number FROM schema_migrations WHERE baseline ORDER BY 1") == [
        (1,),
        (2,),
        (3,),
    ]
    assert _rows(database, "SELECT n FROM log") == [(4,)]


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ((), "is missing"),
        (("CREATE TABLE t (a int, b int)",), r"log\.n is missing"),
        (("CREATE TABLE t (a int, b bigint)", "CREATE TABLE log (n int)"), r"t\.b is 'bigint'"),
        (("CREATE TABLE t (a int, b int)", "CREATE TABLE log (n int)"), "index t_a is missing"),
    ],
)
def test_a_baseline_that_would_hide_a_difference_is_refused(
    database: str, folder: Path, statements: tuple[str, ...], words: str
) -> None:
    """Table, column, type, index; and nothing is recorded, nothing is left of the comparison."""
    with psycopg.connect(database, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())
    with pytest.raises(RefusedError, match=words) as caught:
        schema.reconcile(database, folder, schema.Options(baseline=3))
    assert caught.value.reason == "BaselineRefused"
    assert _rows(database, "SELECT to_regclass('schema_migrations')") == [(None,)]
    assert _rows(database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'nexync%'") == [
        (0,)
    ]


def test_the_release_itself_is_a_baseline_of_what_it_makes(database: str) -> None:
    """Forgotten history of a real database: the files find themselves there again."""
    folder = schema.find_folder()
    schema.reconcile(database, folder)
    with psycopg.connect(database) as connection:
        for table in ("schema_migrations", "schema_migration_starts", "schema_migration_objects"):
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
    assert schema.reconcile(database, folder, schema.Options(baseline=KNOWN)) == ()
    assert _rows(database, "SELECT count(*) FROM schema_migrations WHERE baseline") == [(KNOWN,)]


def test_the_table_of_the_first_release_is_upgraded(database: str, folder: Path) -> None:
    """In place, also when there is nothing to apply."""
    schema.reconcile(database, folder)
    with psycopg.connect(database) as connection:
        connection.execute(
            "ALTER TABLE schema_migrations DROP COLUMN contract, DROP COLUMN baseline, DROP COLUMN duration_ms"
        )
        connection.execute("DROP TABLE schema_migration_starts, schema_migration_objects")
    assert schema.reconcile(database, folder) == ()
    assert _rows(database, "SELECT DISTINCT contract FROM schema_migrations") == [(False,)]


def test_deleting_drops_what_the_migrations_made_and_nothing_else(
    database: str, tmp_path: Path
) -> None:
    """By object id: a stranger's table stays, and so does ours while a stranger's view needs it."""
    text = textwrap.dedent("""
        CREATE TYPE mood AS ENUM ('good');
        CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood);
        CREATE TABLE b (id bigint REFERENCES a (id));
        CREATE VIEW v AS SELECT * FROM a;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    """)
    schema.reconcile(database, _write(tmp_path, {"0001_all.sql": text}))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE stranger (id int)")
        connection.execute("CREATE VIEW strange AS SELECT * FROM b")
    with session(database) as connection:
        with pytest.raises(RefusedError, match="strange"):
            drop_all(connection, Limits())
        assert len(history(connection).applied) == 1
        connection.execute("DROP VIEW strange")
        assert drop_all(connection, Limits()) == 5
        assert drop_all(connection, Limits()) == 0
    left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','v','S')"
    assert _rows(database, left) == [("stranger",)]


@pytest.mark.parametrize("identifier", [True, False])
def test_the_owner_of_the_database_needs_no_other_right(identifier: bool, database: str) -> None:
    """No superuser: everything from the extension to the baseline, also where the server hides its identifier."""
    role = sql.Identifier(f"owner_{uuid.uuid4().hex[:12]}")
    name = sql.Identifier(urlsplit(database).path[1:])
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, role))
        if not identifier:
            connection.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    parts = urlsplit(database)
    url = urlunsplit(
        parts._replace(netloc=f"{role.as_string()[1:-1]}@{parts.netloc.split('@')[1]}")
    )
    try:
        schema.reconcile(url, schema.find_folder())
        with session(url) as connection:
            assert history(connection).database.startswith("127.0.0.1:") is not identifier
            connection.execute(
                "DROP TABLE schema_migrations, schema_migration_starts, schema_migration_objects"
            )
        assert schema.reconcile(url, schema.find_folder(), schema.Options(baseline=KNOWN)) == ()
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            owner = sql.Identifier(str(parts.username))
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))
