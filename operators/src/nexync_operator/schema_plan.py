"""What is to be done, from the files and from what the database says was applied. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nexync_operator.errors import RefusedError
from nexync_operator.schema_files import Migration


@dataclass(frozen=True, slots=True)
class Applied:
    """One row of `schema_migrations`. `milliseconds` is None for rows of older releases and for baselines."""

    number: int
    name: str
    checksum: str
    contract: bool = False
    at: datetime | None = None
    milliseconds: int | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A non-transactional migration that was begun and not finished; `creates` are its new indexes."""

    number: int
    name: str
    checksum: str
    creates: tuple[tuple[str, str], ...]
    """(table, index) as written in the file."""


@dataclass(frozen=True, slots=True)
class History:
    """What the database remembers. `database` tells one database from another, wherever it is reached."""

    database: str
    applied: tuple[Applied, ...] = ()
    started: Started | None = None

    @property
    def last(self) -> Applied | None:
        """The newest applied migration."""
        return self.applied[-1] if self.applied else None


@dataclass(frozen=True, slots=True)
class Plan:
    """`adopt` are recorded without being run (baseline), then `run` are run, in order.

    `ahead` is the newest applied number when the files end before it.
    """

    adopt: tuple[Migration, ...]
    run: tuple[Migration, ...]
    ahead: int | None = None

    def __bool__(self) -> bool:
        return bool(self.adopt or self.run)

    @property
    def checksum(self) -> str:
        """Names exactly this work: what an approval refers to. SHA-256, hexadecimal; empty without work."""
        if not self:
            return ""
        lines = [f"adopt {one.number} {one.checksum}" for one in self.adopt]
        lines += [f"run {one.number} {one.checksum}" for one in self.run]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


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
            raise RefusedError(msg, reason="MigrationChanged")
    last = max(applied, default=0)
    gaps = [number for number in range(1, last + 1) if number not in applied]
    if gaps:
        msg = f"schema: migration {gaps[0]:04d} is missing in the database, though {last:04d} is applied"
        raise RefusedError(msg, reason="HistoryBroken")
    return tuple(migration for migration in migrations if migration.number > last)


def plan(migrations: Sequence[Migration], history: History, *, baseline: int = 0) -> Plan:
    """The work. Raises RefusedError: see `pending`, and when a contract step beyond the files was applied."""
    todo = pending(migrations, {one.number: one.checksum for one in history.applied})
    ahead = [one for one in history.applied if one.number > len(migrations)]
    contract = next((one for one in ahead if one.contract), None)
    if contract is not None:
        msg = (
            f"schema: the database has {contract.name}, a contract step that this release "
            f"(up to {migrations[-1].name}) can't run with; install a release that names it"
        )
        raise RefusedError(msg, reason="ContractApplied")
    adopted = baseline if not history.applied else 0
    if adopted > len(migrations):
        msg = f"schema: baseline {baseline}, but the last migration is {migrations[-1].name}"
        raise RefusedError(msg, reason="BaselineRefused")
    return Plan(todo[:adopted], todo[adopted:], ahead[-1].number if ahead else None)
