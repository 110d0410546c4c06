"""Running migrations, each exactly once, whatever is killed and when.

An ordinary migration and its record are one transaction. A non-transactional one is recorded as started first,
after a look that none of its new indexes is there; so an index found later under such a name is its own, and
after a crash a valid one counts as made and an INVALID one is dropped and made again.
"""

import json
import time
from collections.abc import Callable
from typing import Final, LiteralString, cast

import psycopg
from psycopg import errors as pg
from psycopg import sql

from nexync_operator.errors import ReconcileError, RefusedError, UnreachableError
from nexync_operator.schema_drop import note_objects, objects
from nexync_operator.schema_files import Migration
from nexync_operator.schema_plan import Plan, Started
from nexync_operator.schema_store import Limits, record, set_local, words
from nexync_operator.schema_text import IndexStep, folded

Progress = Callable[[str, Migration], None]
"""Called with the word of each step; the words are in the order of the code below."""

_TRANSIENT: Final = (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure)


class MigrationFailedError(RefusedError):
    """The SQL of a migration fails on this database; the text or the data has to change."""

    reason = "MigrationFailed"


def quiet(word: str, migration: Migration) -> None:
    """Progress that nobody follows."""


def run_plan(
    connection: psycopg.Connection,
    plan: Plan,
    started: Started | None,
    limits: Limits,
    progress: Progress = quiet,
) -> None:
    """Carry the plan out; the caller holds the run lock.

    Raises MigrationFailedError, ReconcileError (LockTimeout) and UnreachableError; what was applied before stays.
    """
    # Bounds what runs outside of a transaction; waiting for locks blocks nobody there.
    connection.execute(
        "SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', %s, false)",
        (str(round(limits.statement_seconds * 1000)),),
    )
    if plan.adopt:
        with connection.transaction():
            for migration in plan.adopt:
                record(connection, migration, baseline=True)
    if started is not None and plan.run and plan.run[0].checksum != started.checksum:
        _undo(connection, started)
    for migration in plan.run:
        try:
            if migration.steps:
                _run_steps(connection, migration, started, progress)
            else:
                _run_whole(connection, migration, limits, progress)
        except psycopg.Error as error:
            raise _told(connection, migration, error) from error


def _told(
    connection: psycopg.Connection, migration: Migration, error: psycopg.Error
) -> ReconcileError:
    if connection.broken:
        msg = f"schema: the connection broke during {migration.name}: {words(error)}"
        return UnreachableError(msg, reason="DatabaseUnreachable")
    trace = "is continued by the next run" if migration.steps else "left no trace"
    msg = f"schema: {migration.name} failed and {trace}: {words(error)}"
    if isinstance(error, _TRANSIENT):
        hint = "; another transaction holds what it needs (see pg_stat_activity)"
        return ReconcileError(msg + hint, reason="LockTimeout")
    return MigrationFailedError(msg)


def _run_whole(
    connection: psycopg.Connection, migration: Migration, limits: Limits, progress: Progress
) -> None:
    began = time.monotonic()
    progress("before", migration)
    with connection.transaction():
        set_local(connection, limits)
        there = objects(connection)
        progress("begun", migration)
        # The text is a reviewed file, not input, hence the cast to a literal.
        connection.execute(cast("LiteralString", migration.text))
        progress("executed", migration)
        note_objects(connection, migration.number, there)
        record(connection, migration, milliseconds=_since(began))
        progress("recorded", migration)
    progress("committed", migration)


def _run_steps(
    connection: psycopg.Connection,
    migration: Migration,
    started: Started | None,
    progress: Progress,
) -> None:
    began = time.monotonic()
    progress("before", migration)
    if started is None or started.checksum != migration.checksum:
        _refuse_existing(connection, migration)
        _begin(connection, migration)
    progress("started", migration)
    for number, step in enumerate(migration.steps, start=1):
        _take(connection, step, again=started is not None)
        progress(f"step {number}", migration)
    with connection.transaction():
        record(connection, migration, milliseconds=_since(began))
        _forget(connection)
        progress("recorded", migration)
    progress("committed", migration)


def _begin(connection: psycopg.Connection, migration: Migration) -> None:
    creates = [(step.table, step.index) for step in migration.steps if step.table is not None]
    connection.execute(
        "INSERT INTO schema_migration_starts (number, name, checksum, creates) "
        "VALUES (%s, %s, %s, %s::jsonb)",
        (migration.number, migration.name, migration.checksum, json.dumps(creates)),
    )


def _forget(connection: psycopg.Connection) -> None:
    connection.execute("DELETE FROM schema_migration_starts")


def _refuse_existing(connection: psycopg.Connection, migration: Migration) -> None:
    for step in migration.steps:
        if step.table is not None and _state(connection, step.table, step.index) is not None:
            msg = (
                f"schema: {migration.name} makes the index {step.index}, which {step.table} has already; "
                "nothing was changed. Drop it by hand if it isn't wanted"
            )
            raise MigrationFailedError(msg)


def _take(connection: psycopg.Connection, step: IndexStep, *, again: bool) -> None:
    if step.table is None:
        if again and _one(connection, "SELECT to_regclass(%s)", step.index) is None:
            return
    else:
        state = _state(connection, step.table, step.index)
        if state is True:
            return
        if state is False:
            _drop(connection, step.table, step.index)
    connection.execute(cast("LiteralString", step.statement.text))


def _undo(connection: psycopg.Connection, started: Started) -> None:
    """The text was changed before it was finished: what its first form has made goes away."""
    for table, index in started.creates:
        if _state(connection, table, index) is not None:
            _drop(connection, table, index)
    _forget(connection)


def _state(connection: psycopg.Connection, table: str, index: str) -> bool | None:
    """Whether an index of the table is valid; None when it has none of that name."""
    row = connection.execute(
        "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = to_regclass(%s) AND c.relname = %s",
        (table, folded(index)),
    ).fetchone()
    return None if row is None else bool(row[0])


def _drop(connection: psycopg.Connection, table: str, index: str) -> None:
    schema = _one(
        connection,
        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(%s)",
        table,
    )
    connection.execute(
        sql.SQL("DROP INDEX CONCURRENTLY {}.{}").format(
            sql.SQL(cast("LiteralString", str(schema))), sql.Identifier(folded(index))
        )
    )


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _one(connection: psycopg.Connection, query: LiteralString, parameter: str) -> object:
    row = connection.execute(query, (parameter,)).fetchone()
    return None if row is None else row[0]
