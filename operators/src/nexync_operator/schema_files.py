"""Migrations as files: names, headers, checksums, and what a file may contain.

Header lines stand before the first statement: `-- nexync: contract` marks a step that older releases can't live
with; `-- nexync: non-transactional` a file of CREATE/DROP INDEX CONCURRENTLY, which no transaction can hold.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nexync_operator.errors import RefusedError
from nexync_operator.schema_text import (
    IndexStep,
    Statement,
    folded,
    index_step,
    statements,
    transaction_control,
)

CONTRACT: Final = "contract"
NON_TRANSACTIONAL: Final = "non-transactional"

_NAME: Final = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_HEADER: Final = re.compile(r"^--\s*nexync:\s*(.*?)\s*$")


class MigrationsRefusedError(RefusedError):
    """The files themselves are not in order; nothing was sent to the database."""

    reason = "InvalidMigrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. `checksum` is SHA-256 over its text with LF line ends, hexadecimal.

    `steps` are the statements of a non-transactional one, in order; empty for an ordinary one.
    """

    number: int
    name: str
    text: str
    checksum: str
    contract: bool = False
    steps: tuple[IndexStep, ...] = ()

    def __str__(self) -> str:
        return f"schema: applied {self.name}"


def find_beside(name: str) -> Path | None:
    """A file or folder of the release: beside the sources, or inside the installed package."""
    package = Path(__file__).resolve().parent
    for path in (package.parents[1] / name, package / name):
        if path.exists():
            return path
    return None


def find_folder() -> Path:
    """The migrations of this release. Raises MigrationsRefusedError when there are none."""
    folder = find_beside("migrations")
    if folder is None:
        msg = "schema: no migrations beside the package; name their folder with --migrations"
        raise MigrationsRefusedError(msg)
    return folder


def load(folder: Path) -> tuple[Migration, ...]:
    """All migrations of a folder in order. Raises MigrationsRefusedError."""
    if not folder.is_dir():
        msg = f"schema: {folder} is not a folder"
        raise MigrationsRefusedError(msg)
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.sql")}
    return read(files, str(folder))


def read(files: Mapping[str, str], where: str) -> tuple[Migration, ...]:
    """All migrations among named texts; names that don't end in .sql are not ours.

    Raises MigrationsRefusedError on gaps, doubles, wrong names, unknown headers and statements that a
    migration may not hold.
    """
    found = [_migration(name, files[name]) for name in sorted(files) if name.endswith(".sql")]
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            msg = f"schema: expected migration {expected:04d}, found {migration.name}"
            raise MigrationsRefusedError(msg)
    if not found:
        msg = f"schema: {where} holds no migrations"
        raise MigrationsRefusedError(msg)
    return tuple(found)


def _migration(file: str, text: str) -> Migration:
    match = _NAME.match(file)
    if match is None:
        msg = f"schema: {file} is not named NNNN_words.sql"
        raise MigrationsRefusedError(msg)
    text = text.replace("\r\n", "\n")
    headers = _headers(file, text)
    found = statements(text)
    if transaction_control(found):
        msg = f"schema: {file} controls the transaction itself; the runner does that"
        raise MigrationsRefusedError(msg)
    if NON_TRANSACTIONAL not in headers and any(index_step(one) for one in found):
        msg = f"schema: {file} works concurrently, so its head has to say `-- nexync: non-transactional`"
        raise MigrationsRefusedError(msg)
    return Migration(
        int(match.group(1)),
        file.removesuffix(".sql"),
        text,
        hashlib.sha256(text.encode()).hexdigest(),
        contract=CONTRACT in headers,
        steps=_steps(file, found) if NON_TRANSACTIONAL in headers else (),
    )


def _headers(file: str, text: str) -> set[str]:
    headers: set[str] = set()
    above = True
    for line in text.splitlines():
        match = _HEADER.match(line)
        above = above and (not line.strip() or line.startswith("--"))
        if match is None:
            continue
        if match[1] not in {CONTRACT, NON_TRANSACTIONAL}:
            msg = f"schema: {file} has the unknown header {match[1]!r}"
            raise MigrationsRefusedError(msg)
        if not above:
            msg = f"schema: {file} has the header {match[1]!r} below its first statement"
            raise MigrationsRefusedError(msg)
        headers.add(match[1])
    return headers


def _steps(file: str, found: tuple[Statement, ...]) -> tuple[IndexStep, ...]:
    steps: list[IndexStep] = []
    names: set[str] = set()
    for statement in found:
        step = index_step(statement)
        if step is None:
            msg = (
                f"schema: {file} is non-transactional, so it may only hold CREATE INDEX CONCURRENTLY "
                f"name ON … and DROP INDEX CONCURRENTLY name, not: {statement.bare[:60]}"
            )
            raise MigrationsRefusedError(msg)
        name = folded(step.index.rsplit(".", 1)[-1])
        if name in names:
            msg = f"schema: {file} names the index {name} twice; after a crash nobody could tell which"
            raise MigrationsRefusedError(msg)
        names.add(name)
        steps.append(step)
    if not steps:
        msg = f"schema: {file} holds no statement"
        raise MigrationsRefusedError(msg)
    return tuple(steps)
