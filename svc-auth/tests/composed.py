"""svc-auth without its lifecycle: all of it over a database of the test's own and the backends' Redis."""

import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from auth_world import required
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from nexync_runtime import postgres, redis_client
from nexync_runtime.http import application, routes_of
from nexync_runtime.tokens import CookieAccess
from svc_auth.adapters.postgres_outbox import NOBODYS
from svc_auth.app import compose
from svc_auth.keyring import Keyring, LiveKeys, RingKey
from svc_auth.passwords import Passwords
from svc_auth.relying_party import relying_party
from svc_auth.sealing import Sealing
from svc_auth.settings import AuthSettings
from svc_auth.signing import SigningKey

ORIGIN = "http://nexync.test"
PASSWORD = "correct horse"


@dataclass
class Backed:
    """What every site looks up behind svc-auth's back."""

    pool: postgres.Pool
    state: Any
    """redis-py; its stubs are partial."""

    async def forget_limits(self) -> None:
        """As if time had passed; other keys of this Redis are left alone."""
        async for key in self.state.scan_iter(match="limit:*"):
            await self.state.delete(key)

    async def jobs(self, tag: str) -> list[dict[str, Any]]:
        """The outbox's jobs of a kind that go to somebody, oldest first."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT body FROM auth_outbox WHERE body->>'tag' = %s AND queue <> %s ORDER BY number",
                (tag, NOBODYS),
            )
            return [row[0] for row in await cursor.fetchall()]

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.pool.connection() as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = await (await connection.execute(query)).fetchone()
        assert row is not None
        return row[0]


@dataclass
class Composed:
    """Clients of each instance's two ports, and what is behind them."""

    public: list[httpx.AsyncClient]
    internal: list[httpx.AsyncClient]
    pool: postgres.Pool
    state: Any


@asynccontextmanager
async def composed(
    database: str,
    *,
    sealing: Sealing | None,
    origin: str = ORIGIN,
    instances: int = 1,
    settings: dict[str, Any] | None = None,
    **parts: Any,
) -> AsyncGenerator[Composed]:
    """Instances that share their keys; `settings` are added to the usual ones, `parts` go to `compose`."""
    whole = AuthSettings(
        environment="development",
        admin_port=1,
        port=2,
        internal_port=3,
        postgres_url=database,
        redis_state_url=required("NEXYNC_REDIS_STATE_URL"),
        rabbitmq_url="amqp://unused",
        public_origins=origin,
        signing_key_file=Path("unused"),
        cookie_secure=origin.startswith("https://"),
        **(settings or {}),
    )
    pool = postgres.open_pool(database, application="test", size=6)
    await pool.open()
    state = redis_client.open_redis(whole.redis_state_url)
    keys = LiveKeys(Keyring([RingKey(SigningKey(Ed25519PrivateKey.generate()), 0)]), time.time)
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    made = Composed([], [], pool, state)
    async with AsyncExitStack() as stack:
        for _ in range(instances):
            routes = compose(
                whole,
                pool=pool,
                state=state,
                keys=keys,
                passwords=passwords,
                sealing=sealing,
                party=relying_party(None, whole.origins),
                **parts,
            )
            access = CookieAccess(keys.verify, state)
            public = application(routes_of(routes.public(), access, allowed_origins=[origin]))
            internal = application(routes_of(routes.internal(), access))
            outside = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=public),
                base_url=origin,
                headers={"Origin": origin},
            )
            made.public.append(await stack.enter_async_context(outside))
            inside = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=internal), base_url="http://svc-auth"
            )
            made.internal.append(await stack.enter_async_context(inside))
        yield made
    await passwords.close()
    await state.aclose()
    await pool.close()
