"""One connection to Postgres on which no wait is without a limit, for one thread."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.abc import PQGen

from nexync_runtime.postgres import authority
from svc_persister.errors import BrokenInvariantError, StoreAwayError

T = TypeVar("T")


class _TimedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose every wait has a limit, so a frozen server can't freeze the thread."""

    limit_seconds: float = 5.0

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        return super().wait(_limited(gen, self.limit_seconds), interval, timeout)


def _limited(gen: PQGen[T], seconds: float) -> PQGen[T]:
    deadline = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if time.monotonic() > deadline:
                msg = f"no answer within {seconds:g} s"
                raise psycopg.OperationalError(msg)
            wanted = gen.send(ready)
    except StopIteration as stop:
        result: T = stop.value
        return result


class Database:
    """A connection that failed is dropped; the next call opens another. `limit_seconds` bounds each wait."""

    def __init__(
        self, url: str, *, limit_seconds: float, name: str, ca_file: Path | None = None
    ) -> None:
        self._url = url
        self._authority = authority(ca_file)
        self._limit = limit_seconds
        self._name = name
        self._connection: _TimedConnection | None = None

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> _TimedConnection:
        if self._connection is None or self._connection.closed:
            connection = _TimedConnection.connect(
                self._url,
                connect_timeout=2,
                application_name=self._name,
                autocommit=True,
                options=(
                    "-c idle_in_transaction_session_timeout=4000"
                    " -c lock_timeout=4000 -c statement_timeout=30000"
                ),
                **self._authority,
            )
            self._connection = connection
        return self._connection

    @contextmanager
    def transaction(
        self, limit_seconds: float | None = None
    ) -> Generator[psycopg.Cursor[tuple[Any, ...]], None, None]:
        """A transaction with a binary cursor. Raises StoreAwayError, BrokenInvariantError."""
        try:
            connection = self._open()
            connection.limit_seconds = limit_seconds or self._limit
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                yield cursor
        except pg.UniqueViolation as error:
            msg = f"Postgres has this already, which can't be: {error.diag.message_detail}"
            raise BrokenInvariantError(msg) from error
        except (
            psycopg.OperationalError,
            psycopg.InterfaceError,
            pg.LockNotAvailable,
            pg.QueryCanceled,
        ) as error:
            self._forget()
            first = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise StoreAwayError(f"Postgres: {first}") from error

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.pgconn.finish()
