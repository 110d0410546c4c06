"""Log-ins a core, whether hashing holds up anything else, the check of a token, and what answers' times tell.

The log-ins are whole ones over HTTP, at svc-auth's own port: hash, session, cookies. The floor beside the token's
check is the bare Ed25519 signature, of the same run.
"""

import asyncio
import math
import secrets
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median

import httpx
from pydantic import BaseModel

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import Instance, owners
from nexync_contracts import limits
from nexync_e2e.client import Person
from nexync_e2e.mail import MailInbox
from nexync_e2e.settings import Wires

PEOPLE = 24
CLIENTS = 16
STORM_SECONDS = 10.0
WRONG_EACH = 4
"""Wrong passwords an account: one less than those that cost nothing."""
ROUNDS = 6
"""Sign-ups, forgotten passwords and resets an account, four minutes in all: each answer takes a quarter of a second at
least. A round with all three takes longer than CODE_RESEND_SECONDS, within which one more would be refused, and a day
knows ten links."""
MAIL_SECONDS = 60
READY_EVERY = 0.02
ADMIN_ABOVE = 100
"""A service's admin port is so far above its port, on one machine (`nexync_dev.config`)."""
_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "token_check.py"
"""In a process of its own: what measures from outside doesn't import the services' code."""


class _Checked(BaseModel):
    """Microseconds of one check."""

    first: float
    again: float
    floor: float


async def accounts(wires: Wires) -> Section:
    """All figures of svc-auth."""
    instance = Instance()
    base = f"http://127.0.0.1:{instance.port('auth')}"
    admin = f"http://127.0.0.1:{instance.port('auth') + ADMIN_ABOVE}"
    async with (
        owners(wires, PEOPLE) as known,
        httpx.AsyncClient(base_url=base, headers={"Origin": wires.page}, timeout=60) as http,
        httpx.AsyncClient(base_url=admin, timeout=60) as probe,
    ):
        people = [person for person, _ in known]
        storm = await _storm(instance, http, probe, people)
        timing = await _timing(wires, http, people)
    checked = await asyncio.to_thread(_token_check)
    return Section("Log-ins", "python -m nexync_bench accounts", (*storm, *timing, *checked))


async def _storm(
    instance: Instance,
    http: httpx.AsyncClient,
    probe: httpx.AsyncClient,
    people: Sequence[Person],
) -> tuple[Figure, ...]:
    until = time.monotonic() + STORM_SECONDS
    done = 0
    refused = 0

    async def client(number: int) -> None:
        nonlocal done, refused
        person = people[number % len(people)]
        body = {"login": person.login, "password": person.password}
        while time.monotonic() < until:
            answer = await http.post("/api/auth/login", json=body)
            done += answer.status_code == 200
            refused += answer.status_code != 200

    waits: list[float] = []

    async def look() -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            answer = await probe.get("/readyz")
            answer.raise_for_status()
            waits.append(time.monotonic() - began)
            await asyncio.sleep(READY_EVERY)

    before, began = instance.cpu("auth"), time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(CLIENTS):
            group.create_task(client(number))
        group.create_task(look())
    spent, took = instance.cpu("auth") - before, time.monotonic() - began
    waits.sort()
    p99 = waits[int(len(waits) * 0.99)] * 1000
    return (
        Figure(
            "log-ins a second of CPU",
            f"{done / spent:.1f}",
            "",
            f"argon2id 19 MiB, 2 passes; {done / took:.1f} a second by the clock, {refused} refused",
        ),
        Figure(
            "`/readyz` during the storm, p99",
            f"{p99:.0f} ms",
            "≤ 50 ms",
            f"p50 {median(waits) * 1000:.1f} ms of {len(waits)}; {CLIENTS} clients log in without a pause",
        ),
    )


async def _timed(http: httpx.AsyncClient, path: str, status: int, body: dict[str, str]) -> float:
    began = time.perf_counter()
    answer = await http.post(f"/api/auth/{path}", json=body)
    took = time.perf_counter() - began
    if answer.status_code != status:
        msg = f"{path} was answered with {answer.status_code} instead of {status}"
        raise RuntimeError(msg)
    return took


async def _spent_links(
    wires: Wires, http: httpx.AsyncClient, people: Sequence[Person]
) -> dict[str, str]:
    """By login a link that was good once; the passwords stay what they were."""
    inbox = MailInbox(wires.mail)
    spent: dict[str, str] = {}
    for person in people:
        email = f"{person.login}@example.test"
        await _timed(http, "forgot", 202, {"email": email})
        spent[person.login] = await inbox.token_for(email, seconds=MAIL_SECONDS)
        body = {"token": spent[person.login], "password": person.password}
        await _timed(http, "reset", 204, body)
    await inbox.close()
    return spent


async def _timing(
    wires: Wires, http: httpx.AsyncClient, people: Sequence[Person]
) -> tuple[Figure, ...]:
    """Log-in, sign-up, a forgotten password and a reset: of an account that there is, and of one that there isn't."""
    spent = await _spent_links(wires, http, people)

    async def log_in(login: str) -> float:
        return await _timed(http, "login", 401, {"login": login, "password": "not the password"})

    async def sign_up(login: str) -> float:
        name = f"n{secrets.token_hex(8)}"
        body = {"email": f"{login}@example.test", "username": name, "password": "a moss lantern"}
        return await _timed(http, "register", 202, body)

    async def forgot(login: str) -> float:
        return await _timed(http, "forgot", 202, {"email": f"{login}@example.test"})

    async def reset(login: str) -> float:
        token = spent.get(login) or secrets.token_urlsafe(limits.RESET_TOKEN_CHARS * 3 // 4)
        return await _timed(http, "reset", 410, {"token": token, "password": "a moss lantern"})

    wrong, asked = (
        _Pairs("wrong password: known account"),
        _Pairs("forgotten password: known account"),
    )
    signed, led = _Pairs("sign-up: known account"), _Pairs("reset by link: spent link")
    for _ in range(WRONG_EACH):
        await wrong.round(people, log_in)
    # The links were mailed just now.
    await asyncio.sleep(limits.CODE_RESEND_SECONDS)
    for _ in range(ROUNDS):
        await signed.round(people, sign_up)
        await asked.round(people, forgot)
        await led.round(people, reset)
    return tuple(one.figure() for one in (wrong, signed, asked, led))


class _Pairs:
    """Seconds of tries with what there is, and with what there isn't."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._there: list[float] = []
        self._nowhere: list[float] = []

    async def round(
        self, people: Sequence[Person], timed: Callable[[str], Awaitable[float]]
    ) -> None:
        """One pair a person."""
        for number, person in enumerate(people):
            pair = ((self._there, person.login), (self._nowhere, f"no{secrets.token_hex(10)}"))
            # By turns which comes first, so that neither profits from a warm cache.
            for times, login in pair if number % 2 else reversed(pair):
                times.append(await timed(login))

    def figure(self) -> Figure:
        """What the times tell."""
        return _compared(self._what, self._there, self._nowhere)


def _compared(what: str, there: Sequence[float], nowhere: Sequence[float]) -> Figure:
    share, error = slower_share(there, nowhere)
    p = math.erfc(abs(share - 0.5) / error / math.sqrt(2))
    return Figure(
        f"{what} slower than unknown",
        f"{share * 100:.1f} % ± {1.96 * error * 100:.1f}",
        "50 % within the error",
        f"of all pairs of {len(there)} and {len(nowhere)} tries (Mann-Whitney, 95 %), p = {p:.2f}; medians "
        f"{median(there) * 1000:.1f} and {median(nowhere) * 1000:.1f} ms",
    )


def slower_share(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """How often a value of `one` is the larger of a pair, ties half, and its standard error if both are alike."""
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    pairs = len(one) * len(other)
    return above / pairs, math.sqrt((len(one) + len(other) + 1) / (12 * pairs))


def _token_check() -> tuple[Figure, ...]:
    done = subprocess.run(
        [sys.executable, _SCRIPT], capture_output=True, text=True, timeout=120, check=True
    )
    found = _Checked.model_validate_json(done.stdout)
    return (
        Figure(
            "token check, seen before",
            f"{found.again:.1f} µs",
            "≤ 50 µs",
            "a socket that comes back, the next request of a page",
        ),
        Figure(
            "token check, first time",
            f"{found.first:.0f} µs",
            "≤ 50 µs",
            f"{found.first / found.floor:.1f} times the bare Ed25519 signature ({found.floor:.0f} µs)",
        ),
    )
