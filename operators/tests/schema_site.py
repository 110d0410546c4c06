"""Four migrations of every kind, and the databases to apply them to."""

import os
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

FILES = {
    "0001_table.sql": "CREATE TABLE t (a int, b int);\nINSERT INTO t SELECT i, i FROM generate_series(1, 200) i;",
    "0002_counted.sql": "CREATE TABLE log (n int);\nINSERT INTO log VALUES (2);",
    "0003_indexes.sql": (
        "-- nexync: non-transactional\n"
        "CREATE INDEX CONCURRENTLY t_a ON t (a);\nCREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b);"
    ),
    "0004_last.sql": "INSERT INTO log VALUES (4);",
}


def new_database(url: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop_database(url: str) -> None:
    name = urlsplit(url).path[1:]
    with psycopg.connect(os.environ["NEXYNC_POSTGRES_URL"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def write(path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (path / name).write_text(text)
    return path


def rows(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()
