"""What the runner does with histories, against a real Postgres: baselines, older releases, contract steps, deleting."""

import textwrap
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from schema_site import FILES, rows, write

from nexync_operator import schema
from nexync_operator.errors import RefusedError
from nexync_operator.schema_drop import drop_all
from nexync_operator.schema_store import Limits, history, session
from nexync_runtime.schema import KNOWN

pytestmark = pytest.mark.real


def test_an_older_release_lives_with_a_database_ahead_until_a_contract_step(
    database: str, folder: Path, tmp_path: Path
) -> None:
    """Nothing to do for it, and after a contract step it is told so by number."""
    schema.reconcile(database, folder)
    older = tmp_path / "older"
    older.mkdir()
    write(older, {name: FILES[name] for name in sorted(FILES)[:2]})
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
    assert rows(database, "SELECT to_regclass('t')::text") == [(None,)]


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
    assert rows(database, "SELECT number FROM schema_migrations WHERE baseline ORDER BY 1") == [
        (1,),
        (2,),
        (3,),
    ]
    assert rows(database, "SELECT n FROM log") == [(4,)]


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
    assert rows(database, "SELECT to_regclass('schema_migrations')") == [(None,)]
    assert rows(database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'nexync%'") == [
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
    assert rows(database, "SELECT count(*) FROM schema_migrations WHERE baseline") == [(KNOWN,)]


def test_the_table_of_the_first_release_is_upgraded(database: str, folder: Path) -> None:
    """In place, also when there is nothing to apply."""
    schema.reconcile(database, folder)
    with psycopg.connect(database) as connection:
        connection.execute(
            "ALTER TABLE schema_migrations DROP COLUMN contract, DROP COLUMN baseline, DROP COLUMN duration_ms"
        )
        connection.execute("DROP TABLE schema_migration_starts, schema_migration_objects")
    assert schema.reconcile(database, folder) == ()
    assert rows(database, "SELECT DISTINCT contract FROM schema_migrations") == [(False,)]


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
    schema.reconcile(database, write(tmp_path, {"0001_all.sql": text}))
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
    assert rows(database, left) == [("stranger",)]


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
