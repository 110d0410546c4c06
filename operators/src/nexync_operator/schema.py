"""The Postgres schema: numbered SQL files, applied once each, in order, one transaction a file.

A file that was applied may not change (its checksum is kept), numbers have no gaps, and two runs at once wait
for each other on an advisory lock. A database that is ahead of the files is left as it is: that is an older
release after a rollback, and migrations only add what the release before can live with.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString, cast

import psycopg
from psycopg import sql

from nexync_operator.errors import ReconcileError, RefusedError

LOCK_TIMEOUT_MS: Final = 5_000
"""A migration gives up rather than queue behind a long transaction, with every writer queued behind it."""
STATEMENT_TIMEOUT_MS: Final = 300_000
RUN_LOCK_TIMEOUT_MS: Final = 60_000
"""How long a run waits for another run to end."""

_RUN_LOCK: Final = 0x6E657879  # "nexy"
_NAME: Final = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_TRANSACTION: Final = re.compile(
    r"^\s*(begin|commit|rollback|start\s+transaction)\s*;", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. `checksum` is SHA-256 over its text with LF line ends, hexadecimal."""

    number: int
    name: str
    text: str
    checksum: str

    def __str__(self) -> str:
        return f"schema: applied {self.name}"


def find_folder() -> Path:
    """The migrations of this release: beside the sources, or inside the installed package.

    Raises RefusedError when there are none.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parents[1] / "migrations", package / "migrations"):
        if folder.is_dir():
            return folder
    msg = "schema: no migrations beside the package; name their folder with --migrations"
    raise RefusedError(msg)


def load(folder: Path) -> tuple[Migration, ...]:
    """All migrations of a folder in order. Raises RefusedError on gaps, doubles and transaction control."""
    if not folder.is_dir():
        msg = f"schema: {folder} is not a folder"
        raise RefusedError(msg)
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.match(path.name)
        if match is None:
            msg = f"schema: {path.name} is not named NNNN_words.sql"
            raise RefusedError(msg)
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        if _TRANSACTION.search(text):
            msg = f"schema: {path.name} controls the transaction itself; the runner does that"
            raise RefusedError(msg)
        checksum = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(int(match.group(1)), path.stem, text, checksum))
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            msg = f"schema: expected migration {expected:04d}, found {migration.name}"
            raise RefusedError(msg)
    if not found:
        msg = f"schema: {folder} holds no migrations"
        raise RefusedError(msg)
    return tuple(found)


def pending(migrations: Sequence[Migration], applied: Mapping[int, str]) -> tuple[Migration, ...]:
    """The migrations still to apply, given the checksums of those applied.

    Raises RefusedError when an applied one was changed, or when one is missing before an applied one.
    """
    for migration in migrations:
        checksum = applied.get(migration.number)
        if checksum is not None and checksum != migration.checksum:
            msg = (
                f"schema: {migration.name} was changed after it had been applied; "
                "put it back and add a new migration"
            )
            raise RefusedError(msg)
    last = max(applied, default=0)
    gaps = [number for number in range(1, last + 1) if number not in applied]
    if gaps:
        msg = f"schema: migration {gaps[0]:04d} is missing in the database, though {last:04d} is applied"
        raise RefusedError(msg)
    return tuple(migration for migration in migrations if migration.number > last)


def reconcile(postgres_url: str, folder: Path) -> tuple[Migration, ...]:
    """Apply what is pending; the migrations applied, none when the schema was so already.

    Raises RefusedError, or ReconcileError when a migration fails (it leaves no trace then).
    """
    migrations = load(folder)
    try:
        with psycopg.connect(postgres_url, autocommit=True, connect_timeout=5) as connection:
            return _apply(connection, migrations)
    except psycopg.Error as error:
        msg = f"schema: {' '.join(str(error).split()) or type(error).__name__}"
        raise ReconcileError(msg) from error


def _apply(
    connection: psycopg.Connection, migrations: Sequence[Migration]
) -> tuple[Migration, ...]:
    connection.execute(_set("lock_timeout", RUN_LOCK_TIMEOUT_MS, local=False))
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (_RUN_LOCK,))
    except psycopg.errors.LockNotAvailable as error:
        msg = f"schema: another run holds the lock for more than {RUN_LOCK_TIMEOUT_MS // 1000} s"
        raise ReconcileError(msg) from error
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number integer PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    rows = connection.execute("SELECT number, checksum FROM schema_migrations").fetchall()
    todo = pending(migrations, {int(number): str(checksum) for number, checksum in rows})
    for migration in todo:
        _apply_one(connection, migration)
    return todo


def _apply_one(connection: psycopg.Connection, migration: Migration) -> None:
    # The text is a reviewed file of this repository, not input, hence the cast to a literal.
    text = cast("LiteralString", migration.text)
    try:
        with connection.transaction():
            connection.execute(_set("lock_timeout", LOCK_TIMEOUT_MS, local=True))
            connection.execute(_set("statement_timeout", STATEMENT_TIMEOUT_MS, local=True))
            connection.execute(text)
            connection.execute(
                "INSERT INTO schema_migrations (number, name, checksum) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.checksum),
            )
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        msg = f"schema: {migration.name} failed and left no trace: {reason}"
        raise ReconcileError(msg) from error


def _set(setting: LiteralString, milliseconds: int, *, local: bool) -> sql.Composed:
    verb: LiteralString = "SET LOCAL " if local else "SET "
    return sql.SQL(verb + setting + " = {}").format(sql.Literal(milliseconds))
