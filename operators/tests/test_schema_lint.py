"""What the linter finds, and what is in the way."""

import pytest

from nexync_operator.errors import RefusedError
from nexync_operator.schema_files import find_folder, load, read
from nexync_operator.schema_lint import Finding, lint, parse_allow, refuse


def _rules(text: str, allow: object = ()) -> dict[str, bool]:
    found = lint(read({"0001_a.sql": text}, "here"), parse_allow(allow))
    return {one.rule: one.blocks for one in found}


def test_the_migrations_of_this_release_are_clean() -> None:
    """With the linter and the configuration that the operator uses."""
    assert lint(load(find_folder()), {}) == ()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("DROP TABLE a;", {"ban-drop-table": True, "missing-contract-header": True}),
        ("-- nexync: contract\nDROP TABLE a;", {"ban-drop-table": True}),
        (
            "-- squawk-ignore ban-drop-table\nDROP TABLE a;",
            {"missing-contract-header": True},
        ),
        ("TRUNCATE a;", {"ban-truncate": True}),
        ("DELETE FROM a;", {"ban-delete-all": True}),
        ("DELETE FROM a WHERE b;", {}),
        ("LOCK a;", {"ban-lock": True}),
        ("CREATE INDEX i ON a (b);", {"require-concurrent-index-creation": True}),
        ("-- nexync: non-transactional\nCREATE INDEX CONCURRENTLY i ON a (b);", {}),
        ("CREATE TABLE a (b varchar(3));", {"prefer-text-field": False}),
        ("-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX i ON a (b);", {}),
    ],
)
def test_findings(text: str, rules: dict[str, bool]) -> None:
    """Destructive and locking rules block, rules of taste don't, an ignore in the file counts."""
    assert _rules(text) == rules


def test_an_allowed_rule_is_shown_and_does_not_block() -> None:
    """Only for the migration and the rule that are named."""
    allow = [{"migration": "0001_a", "rules": ["ban-truncate"]}]
    assert _rules("TRUNCATE a; LOCK b;", allow) == {"ban-truncate": False, "ban-lock": True}
    assert _rules("TRUNCATE a;", [{"migration": "0002_a", "rules": ["ban-truncate"]}]) == {
        "ban-truncate": True
    }


def test_the_refusal_says_what_to_do() -> None:
    """Migration, line, rule, and what to allow, in one line."""
    found = [
        Finding("0007_x", "ban-drop-table", 3, "Dropping breaks."),
        Finding("0007_x", "b", 4, ""),
    ]
    with pytest.raises(
        RefusedError, match=r"0007_x line 3: ban-drop-table: .*allow b, ban-drop-table"
    ):
        refuse(found)
    refuse([Finding("0007_x", "prefer-text-field", 3, "")])
