"""Whether an existing database is what the migrations of a baseline would have made.

They are run in a scratch schema inside a transaction that is rolled back, and the catalogs are compared: what
they make has to be there, alike. What is there besides is nobody's business here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, LiteralString, cast

import psycopg
from psycopg import sql

from nexync_operator.errors import RefusedError
from nexync_operator.schema_files import Migration
from nexync_operator.schema_store import Limits, set_local, words

_SCRATCH: Final = "nexync_baseline_check"
_COLUMNS: Final = """
    SELECT c.relname || '.' || a.attname,
           format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
           || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
           || a.attidentity::text || a.attgenerated::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND a.attnum > 0 AND NOT a.attisdropped
"""
_INDEXES: Final = """
    SELECT 'index ' || c.relname, pg_get_indexdef(c.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
    FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = %s::regnamespace
"""
_CONSTRAINTS: Final = """
    SELECT 'constraint ' || k.conname || ' on ' || c.relname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = %s::regnamespace
"""
_FUNCTIONS: Final = """
    SELECT 'function ' || proname || '(' || pg_get_function_identity_arguments(oid) || ')', prosrc
    FROM pg_proc WHERE pronamespace = %s::regnamespace
"""
_CATALOGS: Final[tuple[LiteralString, ...]] = (_COLUMNS, _INDEXES, _CONSTRAINTS, _FUNCTIONS)


def check(connection: psycopg.Connection, migrations: Sequence[Migration], limits: Limits) -> None:
    """Raises RefusedError (BaselineRefused) that names up to three differences, or why there is no comparing."""
    differences: list[str] = []
    try:
        with connection.transaction(force_rollback=True):
            set_local(connection, limits)
            differences = _differences(connection, migrations)
    except psycopg.Error as error:
        msg = (
            f"schema: the baseline up to {migrations[-1].name} can't be compared with the database: "
            f"{words(error)}"
        )
        raise RefusedError(msg, reason="BaselineRefused") from error
    if differences:
        more = f" and {len(differences) - 3} more" if len(differences) > 3 else ""
        msg = (
            f"schema: the database isn't what {migrations[-1].name} leaves behind: "
            f"{'; '.join(differences[:3])}{more}"
        )
        raise RefusedError(msg, reason="BaselineRefused")


def _differences(connection: psycopg.Connection, migrations: Sequence[Migration]) -> list[str]:
    row = connection.execute("SELECT current_schema()").fetchone()
    real = str(row[0]) if row else "public"
    scratch = sql.Identifier(_SCRATCH)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(scratch))
    connection.execute(
        sql.SQL("SET LOCAL search_path = {}, {}").format(scratch, sql.Identifier(real))
    )
    for migration in migrations:
        texts = [step.statement.text for step in migration.steps] or [migration.text]
        for text in texts:
            plain = (
                re.sub(r"\bCONCURRENTLY\b", "", text, flags=re.IGNORECASE)
                if migration.steps
                else text
            )
            connection.execute(cast("LiteralString", plain))
    wanted = _catalog(connection, _SCRATCH)
    there = _catalog(connection, real)
    missing = [f"{name} is missing" for name in wanted if name not in there]
    other = [
        f"{name} is {there[name]!r} instead of {wanted[name]!r}"
        for name in wanted
        if name in there and there[name] != wanted[name]
    ]
    return [*missing, *other]


def _catalog(connection: psycopg.Connection, schema: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for query in _CATALOGS:
        for name, text in connection.execute(query, (schema,)).fetchall():
            # The schema's own name is in definitions where it isn't on the search path.
            found[str(name)] = str(text).replace(f"{schema}.", "")
    return found
