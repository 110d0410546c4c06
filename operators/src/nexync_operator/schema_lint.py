"""Looking for statements that destroy or lock, before they run: squawk's rules and four of our own.

The same configuration as `make check-sql`. `-- squawk-ignore rule` in the file counts, as does `spec.allow`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.schema_files import Migration, find_beside
from nexync_operator.schema_text import statements

SECONDS: Final = 20.0
"""squawk takes some milliseconds for a file."""

CONTRACT_RULE: Final = "missing-contract-header"
HARMLESS: Final = frozenset(
    {
        "ban-char-field",
        "identifier-too-long",
        "prefer-bigint-over-int",
        "prefer-bigint-over-smallint",
        "prefer-identity",
        "prefer-repack",
        "prefer-robust-stmts",
        "prefer-text-field",
        "prefer-timestamp-tz",
        "require-enum-value-ordering",
        "require-table-schema",
        "unused-ignore",
    }
)
"""Rules of taste: shown in the plan, never in the way. Every other rule blocks, also one of a newer squawk."""
BREAKING: Final = frozenset(
    {
        "adding-required-field",
        "ban-drop-column",
        "ban-drop-domain",
        "ban-drop-function",
        "ban-drop-schema",
        "ban-drop-sequence",
        "ban-drop-table",
        "ban-drop-type",
        "ban-drop-view",
        "ban-set-schema",
        "changing-column-type",
        "renaming-column",
        "renaming-object",
        "renaming-table",
    }
)
"""What an older release can't live with, so the file has to say `-- nexync: contract` as well."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` counts from 1. `allowed` by the resource; a finding that is neither allowed nor harmless blocks."""

    migration: str
    rule: str
    line: int
    message: str
    allowed: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it keeps the plan from being carried out."""
        return not self.allowed and self.rule not in HARMLESS


Allow = Mapping[str, frozenset[str]]
"""Migration name → rules that may be broken there."""


def lint(migrations: Sequence[Migration], allow: Allow) -> tuple[Finding, ...]:
    """All findings in order. Raises ReconcileError (LinterMissing, LinterFailed)."""
    found: list[Finding] = []
    for migration in migrations:
        allowed = allow.get(migration.name, frozenset())
        findings = [*_squawk(migration, migration.text), *_own(migration)]
        # An ignore in the file says that the statement is meant, not that older releases live with it.
        bare = migration.text.replace("squawk-ignore", "squawk-found")
        seen = findings if bare == migration.text else _squawk(migration, bare)
        breaking = next((one for one in seen if one[0] in BREAKING), None)
        if breaking is not None and not migration.contract:
            message = (
                "older releases can't run with this; say `-- nexync: contract` in the file's head"
            )
            findings.append((CONTRACT_RULE, breaking[1], message))
        found += [
            Finding(migration.name, rule, line, message, rule in allowed)
            for rule, line, message in sorted(findings, key=lambda one: one[1])
        ]
    return tuple(found)


def refuse(findings: Sequence[Finding]) -> None:
    """Raises RefusedError (LintFindings) that names what blocks and how to allow it; passes when nothing does."""
    blocking = [one for one in findings if one.blocks]
    if not blocking:
        return
    first = blocking[0]
    rules = sorted({one.rule for one in blocking if one.migration == first.migration})
    more = len({one.migration for one in blocking}) - 1
    msg = (
        f"schema: {first.migration} line {first.line}: {first.rule}: {first.message} "
        f"Change the file, or if it is meant, allow {', '.join(rules)} for {first.migration}"
        + (f" ({more} more migrations have findings)" if more else "")
    )
    raise RefusedError(msg, reason="LintFindings")


def _binary() -> str:
    beside = Path(sys.executable).parent / "squawk"
    found = str(beside) if beside.exists() else shutil.which("squawk")
    if found is None:
        msg = "schema: the linter is not installed (squawk-cli)"
        raise ReconcileError(msg, reason="LinterMissing")
    return found


def _squawk(migration: Migration, text: str) -> list[tuple[str, int, str]]:
    config = find_beside(".squawk.toml") or find_beside("squawk.toml")
    if config is None:
        msg = "schema: the linter's configuration is not beside the package"
        raise ReconcileError(msg, reason="LinterMissing")
    command = [_binary(), "--config", str(config), "--reporter", "Json"]
    if migration.steps:
        command.append("--no-assume-in-transaction")
    try:
        done = subprocess.run(  # noqa: S603 - the linter, with options of our own; the text goes in by stdin
            [*command, "--stdin-filepath", f"{migration.name}.sql"],
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        answer: list[Mapping[str, Any]] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        msg = f"schema: the linter failed on {migration.name}: {type(error).__name__}"
        raise ReconcileError(msg, reason="LinterFailed") from error
    return [
        (str(one["rule_name"]), int(one["line"]) + 1, " ".join(str(one["message"]).split()))
        for one in answer
    ]


def _own(migration: Migration) -> list[tuple[str, int, str]]:
    """Rows that go without a trace, and locks that no rule of squawk's looks for."""
    found: list[tuple[str, int, str]] = []
    for statement in statements(migration.text):
        head = statement.bare.lower()
        rule = why = ""
        if head.startswith("truncate "):
            rule, why = "ban-truncate", "All rows are lost, and the table is locked."
        elif head.startswith("delete from ") and " where " not in head:
            rule, why = "ban-delete-all", "All rows are lost."
        elif head.startswith(("vacuum full", "cluster ")):
            rule, why = "ban-rewrite", "The table is locked while it is written anew."
        elif head.startswith("lock "):
            rule, why = "ban-lock", "The table is locked until the end of the migration."
        if rule:
            line = migration.text[: migration.text.index(statement.text)].count("\n") + 1
            found.append((rule, line, why))
    return found


def parse_allow(entries: object) -> Allow:
    """`spec.allow` of a resource."""
    found: dict[str, frozenset[str]] = {}
    for entry in cast("Sequence[Mapping[str, Any]]", entries or ()):
        name = str(entry["migration"]).removesuffix(".sql")
        found[name] = found.get(name, frozenset()) | frozenset(map(str, entry["rules"]))
    return found
