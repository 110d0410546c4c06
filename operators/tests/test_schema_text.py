"""Cutting SQL into statements, and what a file may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_operator.errors import RefusedError
from nexync_operator.schema_files import read
from nexync_operator.schema_text import index_step, statements, transaction_control

HEAD = "-- nexync: non-transactional\n"


def _bare(text: str) -> list[str]:
    return [one.bare for one in statements(text)]


def test_quotes_and_comments_hide_semicolons() -> None:
    """Nothing inside of a literal, a name, a body or a comment ends a statement."""
    text = """
    SELECT ';', E'\\';', "a;b"; -- one; two
    /* three; /* four; */ five; */
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; $$;$$ $x$;
    """
    assert _bare(text) == [
        "SELECT '' , '' , \"a;b\"",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''",
    ]


@given(st.lists(st.sampled_from(["'", '"', "$$", "$a$", ";", "--", "\n", "/*", "*/", "x", "E'"])))
def test_any_text_is_cut_without_losing_it(pieces: list[str]) -> None:
    """Whatever is written, each statement is a part of the text, in order."""
    text = "".join(pieces)
    at = 0
    for one in statements(text):
        at = text.index(one.text, at) + len(one.text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CREATE TABLE a ();\ncommit;", True),
        ("/* x */ BEGIN; SELECT 1", True),
        ("start transaction", True),
        ("END", True),
        ("DO $$ BEGIN PERFORM 1; COMMIT; END $$;", False),
        ("-- commit;\nSELECT 1;", False),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;", False),
    ],
)
def test_transaction_control_is_found_where_it_is_a_statement(text: str, found: bool) -> None:
    """Only real statements count, not words in bodies and comments."""
    assert bool(transaction_control(statements(text))) is found


@pytest.mark.parametrize(
    ("text", "index", "table"),
    [
        ("CREATE INDEX CONCURRENTLY a ON t (x)", "a", "t"),
        (
            'create unique index concurrently if not exists "A b" on only s.t(x)',
            '"A b"',
            "s.t",
        ),
        ("DROP INDEX CONCURRENTLY IF EXISTS s.a", "s.a", None),
    ],
)
def test_index_statements_are_understood(text: str, index: str, table: str | None) -> None:
    """The name of the index and its table are what recovery needs."""
    step = index_step(statements(text)[0])
    assert step is not None
    assert (step.index, step.table) == (index, table)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "CREATE INDEX a ON t (x);", "may only hold"),
        (HEAD + "CREATE INDEX CONCURRENTLY ON t (x);", "may only hold"),
        (HEAD + "UPDATE t SET x = 1;", "may only hold"),
        (HEAD + "DROP INDEX CONCURRENTLY a, b;", "may only hold"),
        (HEAD + "-- nothing", "holds no statement"),
        (
            HEAD + "DROP INDEX CONCURRENTLY a; CREATE INDEX CONCURRENTLY a ON t (x);",
            "names the index a twice",
        ),
        ("CREATE INDEX CONCURRENTLY a ON t (x);", "has to say `-- nexync: non-transactional`"),
        ("-- nexync: contracts\nSELECT 1;", "unknown header 'contracts'"),
        ("SELECT 1;\n-- nexync: contract\n", "below its first statement"),
    ],
)
def test_files_that_could_not_be_recovered_are_refused(text: str, words: str) -> None:
    """Found before the database is touched."""
    with pytest.raises(RefusedError, match=words):
        read({"0001_a.sql": text}, "here")


def test_headers_are_read() -> None:
    """Both may stand in one file, among other comments; other keys of a ConfigMap are not ours."""
    text = f"-- Why.\n-- nexync: contract\n{HEAD}\nDROP INDEX CONCURRENTLY a;"
    (one,) = read({"0001_a.sql": text, "README": "hello"}, "here")
    assert one.contract
    assert len(one.steps) == 1
