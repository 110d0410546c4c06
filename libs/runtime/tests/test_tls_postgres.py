"""TLS to a real Postgres: an address that asks for it gets it, checked against the bundle and the name."""

import os
import shlex
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from nexync_runtime.postgres import open_pool, options

pytestmark = pytest.mark.real

FILES = {"ssl_cert_file": "tls-test.crt", "ssl_key_file": "tls-test.key"}


@pytest.fixture
def postgres_url() -> str:
    """That of the running instance."""
    return os.environ["NEXYNC_POSTGRES_URL"]


@pytest.fixture
async def bundle(
    postgres_url: str, tmp_path: Path, make_certificate: Callable[[Path], tuple[Path, Path]]
) -> AsyncIterator[Path]:
    """The server speaks TLS too; it writes the files itself, for only its own user may read the key."""
    certificate, key = make_certificate(tmp_path)
    connection = await psycopg.AsyncConnection.connect(postgres_url, autocommit=True)
    async with connection:
        for (setting, name), file in zip(FILES.items(), (certificate, key), strict=True):
            folder = await (
                await connection.execute("SELECT current_setting('data_directory')")
            ).fetchone()
            assert folder is not None
            lines = Literal(file.read_text().strip().split("\n"))
            path = shlex.quote(f"{folder[0]}/{name}")
            write = Literal(f"rm -f {path}; umask 077; cat > {path}")
            await connection.execute(
                SQL("COPY (SELECT unnest({}::text[])) TO PROGRAM {}").format(lines, write)
            )
            await connection.execute(
                SQL("ALTER SYSTEM SET {} = {}").format(Identifier(setting), Literal(name))
            )
        await connection.execute("ALTER SYSTEM SET ssl = on")
        await connection.execute("SELECT pg_reload_conf()")
        try:
            await encrypted(postgres_url, wanted=True)
            yield certificate
        finally:
            for setting in ("ssl", *FILES):
                await connection.execute(SQL("ALTER SYSTEM RESET {}").format(Identifier(setting)))
            await connection.execute("SELECT pg_reload_conf()")
            await encrypted(postgres_url, wanted=False)


async def encrypted(url: str, *, wanted: bool) -> None:
    """Wait until new connections are, or are not, encrypted; the server reloads when it gets to it."""
    for _ in range(200):
        async with await psycopg.AsyncConnection.connect(url, sslmode="prefer") as connection:
            if connection.pgconn.ssl_in_use == wanted:
                return
            await connection.execute("SELECT pg_sleep(0.02)")
    pytest.fail("Postgres did not take its settings")


def over_tls(url: str) -> str:
    """The address as production would have it."""
    return f"{url}{'&' if '?' in url else '?'}sslmode=verify-full"


async def test_the_bundle_is_trusted_and_the_connection_encrypted(
    postgres_url: str, bundle: Path
) -> None:
    """By the pool that the services use."""
    pool = open_pool(over_tls(postgres_url), application="tls", size=1, ca_file=bundle)
    await pool.open()
    try:
        async with pool.connection() as connection:
            assert connection.pgconn.ssl_in_use
    finally:
        await pool.close()


async def test_a_stranger_is_not_trusted(
    postgres_url: str,
    bundle: Path,
    tmp_path: Path,
    make_certificate: Callable[[Path], tuple[Path, Path]],
) -> None:
    """A server of another authority is refused before anything is said to it."""
    del bundle
    (tmp_path / "other").mkdir()
    other, _ = make_certificate(tmp_path / "other")
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        await psycopg.AsyncConnection.connect(
            over_tls(postgres_url), **options("tls", ca_file=other)
        )


async def test_another_name_is_not_trusted(postgres_url: str, bundle: Path) -> None:
    """A good certificate for another host is none for this one."""
    url = over_tls(postgres_url).replace("127.0.0.1", "localhost")
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        await psycopg.AsyncConnection.connect(url, **options("tls", ca_file=bundle))
