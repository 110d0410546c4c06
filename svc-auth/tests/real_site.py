"""Two instances of svc-auth on one database and one Redis, for the suites over the real backends."""

import secrets
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from auth_world import required, to_a_young_step
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nexync_contracts.channels import CHALLENGE_COOKIE
from nexync_contracts.factor_rest import EnrolmentView, RecoveryCodesView
from nexync_contracts.rest import SessionView
from nexync_runtime import postgres, redis_client
from nexync_runtime.http import application, routes_of
from nexync_runtime.tokens import CookieAccess
from svc_auth import totp
from svc_auth.adapters.postgres_outbox import NOBODYS
from svc_auth.app import compose
from svc_auth.keyring import Keyring, LiveKeys, RingKey
from svc_auth.passwords import Passwords
from svc_auth.provider_ports import Provider
from svc_auth.relying_party import relying_party
from svc_auth.sealing import Sealing
from svc_auth.settings import AuthSettings
from svc_auth.signing import SigningKey

ORIGIN = "http://nexync.test"
PASSWORD = "correct horse"


class Clock:
    """Real time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def code(self, secret: str, steps: int = 0) -> str:
        """What the app shows, some steps from now; time goes on to a step of which most is left."""
        self.ahead += to_a_young_step(self.now())
        return totp.code_at(secret, totp.step_at(self.now()) + steps)

    def turn(self, seconds: int = 60) -> None:
        """On to steps that were not used yet."""
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Site:
    """Two instances behind one address, asked in turn unless one is named."""

    instances: list[httpx.AsyncClient]
    pool: postgres.Pool
    state: Any
    clock: Clock
    username: str
    inside: httpx.AsyncClient
    """The internal port of the first one."""
    secret: str = ""
    codes: tuple[str, ...] = ()

    async def post(self, path: str, body: object, instance: int = 0) -> httpx.Response:
        """A request of a browser."""
        return await self.instances[instance].post(f"/api/auth/{path}", json=body)

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

    async def sign_up(self) -> SessionView:
        """Register and verify."""
        email = f"{self.username}@nexync.test"
        body = {"email": email, "username": self.username, "password": PASSWORD}
        assert (await self.post("register", body)).status_code == 202
        code = (await self.jobs("verification-code"))[-1]["code"]
        answer = await self.post("verify", {"email": email, "code": code})
        return SessionView.model_validate_json(answer.content)

    async def turn_on(self) -> None:
        """Enrol and turn on; remembers secret and recovery codes."""
        answer = await self.post("factor/enrolment", {"current": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.secret = EnrolmentView.model_validate_json(answer.content).secret
        answer = await self.post("factor", {"code": self.clock.code(self.secret)})
        assert answer.status_code == 200, answer.text
        self.codes = RecoveryCodesView.model_validate_json(answer.content).codes

    async def log_in(self, instance: int = 0) -> httpx.Response:
        """The first step, in a browser without cookies."""
        self.instances[instance].cookies.clear()
        body = {"login": self.username, "password": PASSWORD}
        return await self.post("login", body, instance)

    def challenge(self, instance: int = 0) -> str | None:
        """The challenge in the jar."""
        return self.instances[instance].cookies.get(CHALLENGE_COOKIE)


@asynccontextmanager
async def site_of(
    database: str, *, providers: Sequence[Provider] = (), **more: Any
) -> AsyncGenerator[Site]:
    """With `more` settings."""
    settings = AuthSettings(
        environment="development",
        admin_port=1,
        port=2,
        internal_port=3,
        postgres_url=database,
        redis_state_url=required("NEXYNC_REDIS_STATE_URL"),
        rabbitmq_url="amqp://unused",
        public_origins=ORIGIN,
        signing_key_file=Path("unused"),
        cookie_secure=False,
        **more,
    )
    pool = postgres.open_pool(database, application="test", size=6)
    await pool.open()
    state = redis_client.open_redis(settings.redis_state_url)
    keys = LiveKeys(Keyring([RingKey(SigningKey(Ed25519PrivateKey.generate()), 0)]), time.time)
    sealing = Sealing([secrets.token_bytes(32)])
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    clock = Clock()
    async with AsyncExitStack() as stack:
        instances: list[httpx.AsyncClient] = []
        inside: list[httpx.AsyncClient] = []
        for _ in range(2):
            routes = compose(
                settings,
                pool=pool,
                state=state,
                keys=keys,
                passwords=passwords,
                sealing=sealing,
                party=relying_party(None, settings.origins),
                providers=providers,
                clock=clock.now,
            )
            access = CookieAccess(keys.verify, state)
            public = application(routes_of(routes.public(), access, allowed_origins=[ORIGIN]))
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=public),
                base_url=ORIGIN,
                headers={"Origin": ORIGIN},
            )
            instances.append(await stack.enter_async_context(client))
            internal = httpx.AsyncClient(
                transport=httpx.ASGITransport(
                    app=application(routes_of(routes.internal(), access))
                ),
                base_url="http://svc-auth",
            )
            inside.append(await stack.enter_async_context(internal))
        username = f"u{uuid.uuid4().hex[:16]}"
        yield Site(instances, pool, state, clock, username, inside[0])
    await passwords.close()
    await state.aclose()
    await pool.close()
