"""What the migrations made, recorded as they make it, and dropping exactly that (`deletionPolicy: Delete`).

Recorded by object id, so a table of the same name that somebody made later is not touched; nothing is dropped by
CASCADE, so if a stranger's view needs one of our tables, nothing goes. Extensions stay: others may use them.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from nexync_operator.errors import ReconcileError, RefusedError
from nexync_operator.schema_store import TABLES, Limits, set_local, words

Objects = frozenset[tuple[str, int, str]]
"""(catalog, object id, name)"""

_OBJECTS: Final = """
    SELECT o.catalog, o.id, o.name FROM (
        SELECT 'pg_class' AS catalog, 'pg_class'::regclass AS class, oid AS id, relname::text AS name,
               relnamespace AS schema FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        UNION ALL
        SELECT 'pg_proc', 'pg_proc'::regclass, oid, proname::text, pronamespace FROM pg_proc
        UNION ALL
        SELECT 'pg_type', 'pg_type'::regclass, oid, typname::text, typnamespace FROM pg_type
        WHERE typtype IN ('e', 'd')
    ) o
    WHERE o.schema NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
    AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.id AND d.deptype IN ('e', 'i', 'a')
    )
"""
_KINDS: Final[Mapping[str, LiteralString]] = {
    "v": "VIEW",
    "m": "MATERIALIZED VIEW",
    "f": "FOREIGN TABLE",
    "r": "TABLE",
    "p": "TABLE",
    "S": "SEQUENCE",
}


def objects(connection: psycopg.Connection) -> Objects:
    """Tables, views, sequences, functions, enums and domains that are no part of an extension or a table."""
    return frozenset(connection.execute(_OBJECTS).fetchall())


def note_objects(connection: psycopg.Connection, number: int, before: Objects) -> None:
    """Record what is there now and was not before; in the migration's own transaction."""
    for catalog, oid, name in objects(connection) - before:
        connection.execute(
            "INSERT INTO schema_migration_objects (catalog, id, name, number) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            (catalog, oid, name, number),
        )


def drop_all(connection: psycopg.Connection, limits: Limits) -> int:
    """Drop what is recorded and the runner's own tables, all or nothing; how many objects went.

    Raises RefusedError when something else depends on it or a baseline says that it isn't all ours,
    ReconcileError when another transaction is in the way.
    """
    if connection.execute("SELECT to_regclass('schema_migration_objects')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT count(*) FROM schema_migrations WHERE baseline").fetchone()
    if row != (0,):
        msg = "schema: nothing is dropped, because a part of it was there before (baseline)"
        raise RefusedError(msg, reason="DeleteRefused")
    try:
        with connection.transaction():
            set_local(connection, limits)
            return _drop(connection)
    except psycopg.errors.LockNotAvailable as error:
        msg = f"schema: nothing was dropped, a transaction is in the way: {words(error)}"
        raise ReconcileError(msg, reason="LockTimeout") from error
    except psycopg.errors.DependentObjectsStillExist as error:
        msg = f"schema: nothing was dropped, others need it: {words(error)}"
        raise RefusedError(msg, reason="DeleteRefused") from error


def _drop(connection: psycopg.Connection) -> int:
    found: dict[LiteralString, list[sql.Composable]] = defaultdict(list)
    rows = connection.execute(
        "SELECT c.relkind::text, n.nspname, c.relname FROM schema_migration_objects o "
        "JOIN pg_class c ON o.catalog = 'pg_class' AND c.oid = o.id AND c.relkind <> 'i' "
        "JOIN pg_namespace n ON n.oid = c.relnamespace"
    ).fetchall()
    for kind, schema, name in rows:
        found[_KINDS[kind]].append(sql.Identifier(schema, name))
    routines = connection.execute(
        "SELECT p.oid::regprocedure::text FROM schema_migration_objects o "
        "JOIN pg_proc p ON o.catalog = 'pg_proc' AND p.oid = o.id"
    ).fetchall()
    types = connection.execute(
        "SELECT t.oid::regtype::text, t.typtype::text FROM schema_migration_objects o "
        "JOIN pg_type t ON o.catalog = 'pg_type' AND t.oid = o.id"
    ).fetchall()
    found["ROUTINE"] = [sql.SQL(name) for (name,) in routines]
    found["TYPE"] = [sql.SQL(name) for name, kind in types if kind == "e"]
    found["DOMAIN"] = [sql.SQL(name) for name, kind in types if kind == "d"]
    order = (
        "VIEW",
        "MATERIALIZED VIEW",
        "FOREIGN TABLE",
        "TABLE",
        "SEQUENCE",
        "ROUTINE",
        "TYPE",
        "DOMAIN",
    )
    count = 0
    for word in order:
        if found[word]:
            count += len(found[word])
            names = sql.SQL(", ").join(found[word])
            connection.execute(sql.SQL("DROP " + word + " {}").format(names))
    ours = sql.SQL(", ").join(map(sql.Identifier, TABLES))
    connection.execute(sql.SQL("DROP TABLE {}").format(ours))
    return count
