"""The runner's own tables in the database, and its sessions.

`schema_migrations`: what was applied; services read `number` and `contract` from it before they start.
`schema_migration_starts`: the non-transactional migration under way, kept apart so that nobody takes a started
one for an applied one. `schema_migration_objects`: what the migrations made, for `deletionPolicy: Delete`.
"""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import NamedTemporaryFile
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from nexync_operator.errors import ReconcileError, RefusedError, UnreachableError
from nexync_operator.schema_files import Migration
from nexync_operator.schema_plan import Applied, History, Started

CONNECT_SECONDS: Final = 5
RUN_LOCK_PAUSE_SECONDS: Final = 0.2
_RUN_LOCK: Final = 0x6E657879  # "nexy"

TABLES: Final = ("schema_migration_objects", "schema_migration_starts", "schema_migrations")

_UPGRADE: Final = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    );
    ALTER TABLE schema_migrations
        ADD COLUMN IF NOT EXISTS contract boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS baseline boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS duration_ms bigint;
    CREATE TABLE IF NOT EXISTS schema_migration_starts (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        creates jsonb NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE IF NOT EXISTS schema_migration_objects (
        catalog text NOT NULL,
        id oid NOT NULL,
        name text NOT NULL,
        number integer NOT NULL,
        PRIMARY KEY (catalog, id)
    );
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take.

    `lock_seconds`: a migration gives up rather than queue behind a long transaction, with every writer
    queued behind it. `statement_seconds`: the longest one statement. `run_lock_seconds`: waiting for another
    run to end.
    """

    lock_seconds: float = 5.0
    statement_seconds: float = 300.0
    run_lock_seconds: float = 60.0


@contextmanager
def session(url: str, ca: str | None = None) -> Generator[psycopg.Connection]:
    """A connection in autocommit; `ca` is a PEM bundle that the server's certificate must come from.

    Raises UnreachableError, RefusedError (the URL is none), and ReconcileError for what Postgres says later on.
    """
    options: dict[str, Any] = {
        "application_name": "nexync-operator",
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 20_000,
    }
    with NamedTemporaryFile("w", suffix=".pem") as bundle:
        if ca is not None:
            bundle.write(ca)
            bundle.flush()
            options["sslrootcert"] = bundle.name
            if "sslmode=" not in url:
                options["sslmode"] = "verify-full"
        connection = _connect(url, options)
    try:
        with connection:
            # So that a run that was killed frees its lock soon, even in the middle of a long statement.
            connection.execute("SET client_connection_check_interval = '2s'")
            yield connection
    except psycopg.Error as error:
        kind = UnreachableError if connection.broken else ReconcileError
        raise kind(f"schema: {words(error)}", reason=_reason(connection)) from error


def _connect(url: str, options: Mapping[str, Any]) -> psycopg.Connection:
    try:
        return psycopg.connect(url, autocommit=True, **options)
    except psycopg.OperationalError as error:
        msg = f"schema: postgres does not let us in: {words(error)}"
        raise UnreachableError(msg, reason="DatabaseUnreachable") from error
    except psycopg.ProgrammingError as error:
        msg = "schema: the connection's URL is not one (postgresql://user:password@host:port/database)"
        raise RefusedError(msg, reason="InvalidConnection") from error


def _reason(connection: psycopg.Connection) -> str:
    return "DatabaseUnreachable" if connection.broken else "DatabaseError"


def words(error: BaseException) -> str:
    """An error on one line."""
    return " ".join(str(error).split()) or type(error).__name__


@contextmanager
def run_lock(connection: psycopg.Connection, seconds: float) -> Generator[None]:
    """One run at a time on a database. Raises ReconcileError (Locked) when another one goes on.

    Tried again and again instead of waited for: a waiting statement would be an old snapshot, for which the
    other run's CREATE INDEX CONCURRENTLY waits.
    """
    deadline = time.monotonic() + seconds
    while not _one(connection, "SELECT pg_try_advisory_lock(%s)", (_RUN_LOCK,)):
        if time.monotonic() >= deadline:
            msg = f"schema: another run holds the lock for more than {seconds:g} s"
            raise ReconcileError(msg, reason="Locked")
        time.sleep(RUN_LOCK_PAUSE_SECONDS)
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_RUN_LOCK,))


def history(connection: psycopg.Connection) -> History:
    """What was applied, also from a database that no runner or an older one has touched; changes nothing."""
    database = str(_one(connection, _identity(connection)))
    rows = _rows(connection, "schema_migrations")
    starts = _rows(connection, "schema_migration_starts")
    started = None
    if starts:
        one = starts[0]
        creates = tuple((str(table), str(index)) for table, index in one["creates"])
        started = Started(int(one["number"]), str(one["name"]), str(one["checksum"]), creates)
    return History(database, tuple(_applied(row) for row in rows), started)


def _identity(connection: psycopg.Connection) -> LiteralString:
    """A query for what no other database has; by its address where the server hides its identifier."""
    if _one(connection, "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"):
        return "SELECT system_identifier || '/' || current_database() FROM pg_control_system()"
    return (
        "SELECT coalesce(host(inet_server_addr()), 'local') || ':' || current_setting('port') "
        "|| '/' || current_database()"
    )


def _applied(row: Mapping[str, Any]) -> Applied:
    return Applied(
        int(row["number"]),
        str(row["name"]),
        str(row["checksum"]),
        contract=bool(row.get("contract")),
        at=datetime.fromisoformat(row["applied_at"]),
        milliseconds=row.get("duration_ms"),
        baseline=bool(row.get("baseline")),
    )


def _rows(connection: psycopg.Connection, table: LiteralString) -> list[Mapping[str, Any]]:
    if _one(connection, "SELECT to_regclass(%s)", (table,)) is None:
        return []
    # As JSON, so that columns which an older runner has not made are just not there.
    query = sql.SQL("SELECT to_jsonb(t) FROM {} t ORDER BY number").format(sql.Identifier(table))
    return [row[0] for row in connection.execute(query).fetchall()]


def outdated(connection: psycopg.Connection) -> bool:
    """Whether the runner's tables are missing, or those of an older runner."""
    columns = _one(
        connection,
        "SELECT count(*) FROM pg_attribute WHERE NOT attisdropped AND attname = 'duration_ms' "
        "AND attrelid = to_regclass('schema_migrations')",
    )
    return not columns or _one(connection, "SELECT to_regclass('schema_migration_objects')") is None


def upgrade(connection: psycopg.Connection, limits: Limits) -> None:
    """Make the runner's tables, or bring those of an older runner up to date. Under the run lock."""
    if not outdated(connection):
        return
    with connection.transaction():
        set_local(connection, limits)
        connection.execute(_UPGRADE)


def record(
    connection: psycopg.Connection,
    migration: Migration,
    *,
    milliseconds: int | None = None,
    baseline: bool = False,
) -> None:
    """The migration is applied; in the caller's transaction."""
    connection.execute(
        "INSERT INTO schema_migrations (number, name, checksum, contract, baseline, duration_ms) "
        "VALUES (%s, %s, %s, %s, %s, %s)",
        (
            migration.number,
            migration.name,
            migration.checksum,
            migration.contract,
            baseline,
            milliseconds,
        ),
    )


def set_local(connection: psycopg.Connection, limits: Limits) -> None:
    """Both time limits for the transaction that was just begun."""
    for name, seconds in (
        ("lock_timeout", limits.lock_seconds),
        ("statement_timeout", limits.statement_seconds),
    ):
        connection.execute(
            "SELECT set_config(%s, %s, true)", (name, str(max(1, round(seconds * 1000))))
        )


def _one(
    connection: psycopg.Connection, query: LiteralString, parameters: tuple[object, ...] = ()
) -> object:
    row = connection.execute(query, parameters).fetchone()
    return None if row is None else row[0]
