"""The erasure of accounts over the real backends: asked for, taken back, due, done; and all that must be gone then."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import psycopg
import pytest
from admin_site import (
    BOSS,
    PROOF,
    World,
    act,
    by_provider,
    invite,
    join,
    log_of,
    world,
)
from composed import PASSWORD
from real_site import Site, site_of

from nexync_contracts.channels import seen_key, stream_channel
from nexync_contracts.erasure_rest import ErasureView
from nexync_contracts.ids import DELETED_NAME, PersonId, person_stream
from svc_auth.adapters.postgres_eraser import PostgresEraser, deleted_username
from svc_auth.adapters.redis_state import RedisAnnouncer, RedisTraces
from svc_auth.app import erasure_task
from svc_auth.erasure_task import ErasureTask
from svc_auth.metrics import ERASURES_OLDEST
from svc_auth.ports import Announcer

pytestmark = pytest.mark.real

__all__ = ["world"]

LOGIN = {"login": "eve", "password": PASSWORD}


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    async with site_of(database) as made:
        await made.forget_limits()
        yield made


def task(site: Site) -> ErasureTask:
    return erasure_task(site.pool, site.state, site.clock.now)


async def asked(site: Site, instance: int = 0) -> ErasureView:
    """The owner, by the password."""
    answer = await site.post("erasure", PROOF, instance)
    assert answer.status_code == 200, answer.text
    return ErasureView.model_validate_json(answer.content)


async def pending(site: Site, instance: int = 0) -> int | None:
    answer = await site.instances[instance].get("/api/auth/erasure")
    assert answer.status_code == 200, answer.text
    return ErasureView.model_validate_json(answer.content).erase_at


async def departed(site: Site) -> None:
    """As svc-chat says that it has nothing left."""
    async with site.pool.connection() as connection:
        await connection.execute("UPDATE erasures SET left_at = now() WHERE left_at IS NULL")


async def one(site: Site, query: str, *values: object) -> Any:
    async with site.pool.connection() as connection:
        row = await (await connection.execute(query.encode(), values)).fetchone()
        return None if row is None else row[0]


async def everything(database: str) -> str:
    """Every row of every table, as text."""
    found: list[str] = []
    async with await psycopg.AsyncConnection.connect(database) as connection:
        cursor = await connection.execute(
            "SELECT quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in await cursor.fetchall():
            rows = await connection.execute(f"SELECT row_to_json(t)::text FROM {table} t".encode())
            found += [f"{table} {row[0]}" for row in await rows.fetchall()]
    return "\n".join(found)


async def test_asking_ends_all_other_sessions_and_tells_when(site: Site) -> None:
    """The mail has the date; asking again doesn't move it; one click takes it back, and nothing happens at the time."""
    me = await join(site, "eve@nexync.test", "eve")
    assert (await site.post("login", LOGIN, 1)).status_code == 200
    heard = site.state.pubsub()
    await heard.subscribe(stream_channel(person_stream(PersonId(me))))
    view = await asked(site)
    assert (await heard.get_message(timeout=5))["type"] == "subscribe"
    assert (await heard.get_message(timeout=5))["type"] == "message"
    await heard.unsubscribe()
    grace = (view.erase_at or 0) / 1000 - site.clock.now().timestamp()
    assert abs(grace - 14 * 24 * 3600) < 60
    assert (await site.instances[1].get("/api/auth/session")).status_code == 401
    told = (await site.jobs("erasure"))[-1]
    assert (told["email"], told["erase_at"]) == ("eve@nexync.test", view.erase_at)
    site.clock.ahead += timedelta(hours=1)
    assert (await asked(site)).erase_at == view.erase_at
    assert len(await site.jobs("erasure")) == 1
    assert (await site.post("login", LOGIN, 1)).status_code == 200
    assert await pending(site, 1) == view.erase_at
    kept = await site.instances[1].delete("/api/auth/erasure")
    assert kept.status_code == 200, kept.text
    assert await pending(site) is None
    assert (await site.jobs("erasure"))[-1]["erase_at"] is None
    site.clock.ahead += timedelta(days=15)
    assert await task(site).round() == 0
    site.instances[0].cookies.clear()
    assert (await site.post("login", LOGIN)).status_code == 200


async def test_an_open_page_is_not_enough(site: Site) -> None:
    """Password and code where a factor is on; nothing is asked for when they are wrong."""
    await site.sign_up()
    wrong: tuple[tuple[object, int, str], ...] = (
        ({}, 403, "wrong_password"),
        ({"proof": {"current": "not the one"}}, 403, "wrong_password"),
        ({"proof": {}}, 403, "proof_needed"),
    )
    for body, status, code in wrong:
        answer = await site.post("erasure", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    await site.turn_on()
    await site.forget_limits()
    answer = await site.post("erasure", PROOF)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    assert await pending(site) is None
    site.clock.turn()
    body = {"proof": {"current": PASSWORD, "code": site.clock.code(site.secret)}}
    assert (await site.post("erasure", body)).status_code == 200


async def test_who_has_a_provider_alone_proves_by_a_fresh_log_in(world: World) -> None:
    """Neither password nor passkey: within ten minutes of the log-in, and after them not."""
    site = await world.site()
    assert await by_provider(site, "kim", None, 0) == "/"
    view = ErasureView.model_validate_json(
        (await site.instances[0].get("/api/auth/erasure")).content
    )
    assert (view.proof.password, view.proof.passkey) == (False, False)
    site.clock.ahead += timedelta(minutes=9)
    async with site.pool.connection() as connection:
        await connection.execute("UPDATE sessions SET created_at = created_at - interval '1 day'")
    answer = await site.post("erasure", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "fresh_login_needed")
    assert await by_provider(site, "kim", None, 0) == "/"
    assert (await site.post("erasure", {})).status_code == 200


async def test_nothing_names_who_was_erased(world: World, database: str) -> None:
    """Ways in, mails, invitations, the audit log, bots: no row of any table has address, username or name any more."""
    site = await world.with_boss()
    eve = await join(site, "eve-mail@nexync.test", "eve-user", instance=1)
    await act_role(site, eve)
    async with site.pool.connection() as connection:
        await connection.execute("UPDATE people SET name = 'Eve Fullname' WHERE id = %s", (eve,))
    await site.state.set(seen_key(PersonId(eve)), "1")
    made = await site.post("admin/invitations", {"days": 1, "uses": 1, **PROOF}, 1)
    assert made.status_code == 201, made.text
    assert (await site.post("bots", {"username": "eve-user-bot"}, 1)).status_code == 200 + 1
    body = {"email": "eve-other@nexync.test", "current": PASSWORD}
    assert (await site.post("email", body, 1)).status_code == 202
    assert (await site.post("forgot", {"email": "eve-mail@nexync.test"}, 1)).status_code == 202
    assert "eve-user" in await everything(database)
    await asked(site, 1)
    site.clock.ahead += timedelta(days=15)
    assert await task(site).round() == 1
    await departed(site)
    assert await task(site).round() == 2
    left = [line for line in (await everything(database)).splitlines() if "eve-" in line.lower()]
    # The mail to the other address has been on its way before; it names the account that asked.
    assert [line for line in left if not line.startswith("auth_outbox")] == []
    assert not [line for line in left if "eve-mail" in line]
    assert DELETED_NAME in await everything(database)
    assert ("", "person.erased", deleted_username(PersonId(eve))) in await log_of(site)
    assert not [entry for entry in await log_of(site) if "eve" in entry[0] + entry[2]]
    assert not await site.state.exists(seen_key(PersonId(eve)))


async def act_role(site: Site, person: str) -> None:
    """Another administrator, by the boss."""
    answer = await site.instances[0].put(
        f"/api/auth/admin/people/{person}/role", json={"admin": True, **PROOF}
    )
    assert answer.status_code == 200, answer.text


async def test_the_way_back_in_is_that_of_an_unknown_account(site: Site) -> None:
    """By address and username; the name is held back, the address is free at once."""
    eve = await join(site, "eve@nexync.test", "eve")
    await asked(site)
    site.clock.ahead += timedelta(days=15)
    assert await task(site).round() == 1
    assert (await site.instances[0].get("/api/auth/session")).status_code == 401
    assert (await site.post("refresh", {})).status_code == 401
    for login in ("eve", "eve@nexync.test", deleted_username(PersonId(eve)), "nobody-here"):
        await site.forget_limits()
        answer = await site.post("login", {"login": login, "password": PASSWORD}, 1)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials"), login
    before = len(await site.jobs("reset-password"))
    assert (await site.post("forgot", {"email": "eve@nexync.test"}, 1)).status_code == 202
    assert len(await site.jobs("reset-password")) == before
    body = {"email": "eve@nexync.test", "username": "eve", "password": PASSWORD}
    answer = await site.post("register", body, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")
    reserved = await site.post("register", {**body, "username": "deleted-0123"}, 1)
    assert reserved.json()["code"] == "username_taken"
    again = await join(site, "eve@nexync.test", "eve-again", instance=1)
    assert again != eve
    async with site.pool.connection() as connection:
        await connection.execute("UPDATE held_usernames SET until = now()")
    await site.forget_limits()
    body["email"] = "other@nexync.test"
    assert (await site.post("register", body)).status_code == 202


class _Dying(RedisAnnouncer):
    """The process is killed where others are told."""

    async def sessions_ended(self, person: PersonId, sessions: Any) -> None:
        raise ConnectionError


def waited() -> float:
    """What the alert looks at, seconds."""
    (metric,) = ERASURES_OLDEST.collect()
    return metric.samples[0].value


@pytest.mark.parametrize("times", [1, 3])
async def test_a_process_that_dies_in_the_middle_is_gone_on_from(site: Site, times: int) -> None:
    """What was begun is announced by the next process; nothing is done twice, and two at once are one."""
    eve = await join(site, "eve@nexync.test", "eve")
    await asked(site)
    site.clock.ahead += timedelta(days=15)
    dying = ErasureTask(
        eraser=PostgresEraser(site.pool),
        announcer=cast("Announcer", _Dying(site.state)),
        traces=RedisTraces(site.state),
        clock=site.clock.now,
    )
    late: list[float] = []
    for _ in range(times):
        with pytest.raises(ConnectionError):
            await dying.round()
        late.append(waited())
    assert await one(site, "SELECT done_at IS NULL FROM erasures WHERE person = %s", eve)
    assert late[0] == pytest.approx(24 * 3600, abs=120)
    assert all(0 < seconds < 120 for seconds in late[1:])
    await departed(site)
    both = await asyncio.gather(*(task(site).round() for _ in range(2)))
    assert sum(both) >= 1
    assert await one(site, "SELECT done_at IS NOT NULL FROM erasures WHERE person = %s", eve)
    assert await one(site, "SELECT count(*) FROM sessions WHERE person = %s", eve) == 0
    assert (await site.instances[0].get("/api/auth/session")).status_code == 401
    said = "SELECT count(*) FROM audit_log WHERE action = 'person.erased' AND subject = %s"
    assert await one(site, said, eve) == 1
    assert await task(site).round() == 0
    assert waited() == 0


async def test_keeping_it_at_the_last_moment_is_one_or_the_other(site: Site) -> None:
    """Whoever comes first at the person's row: the account is there whole, or it is gone."""
    eve = await join(site, "eve@nexync.test", "eve")
    await asked(site)
    site.clock.ahead += timedelta(days=15)
    site.instances[1].cookies.update(site.instances[0].cookies)
    _, kept = await asyncio.gather(
        task(site).round(), site.instances[1].delete("/api/auth/erasure")
    )
    gone = await one(site, "SELECT erased_at IS NOT NULL FROM people WHERE id = %s", eve)
    if gone:
        assert kept.status_code == 401
    else:
        assert kept.json()["erase_at"] is None
        assert await one(site, "SELECT email FROM people WHERE id = %s", eve) == "eve@nexync.test"


async def test_a_backup_brings_nobody_back(site: Site) -> None:
    """Whom the log calls erased is erased again at once; who came after the backup needs nothing."""
    eve = await join(site, "eve@nexync.test", "eve")
    stranger = "00000000-0000-4000-8000-000000000001"
    async with site.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO erased_people (person, at) VALUES (%s, 1), (%s, 2)", (eve, stranger)
        )
    assert await task(site).round() == 1
    assert await one(site, "SELECT username FROM people WHERE id = %s", eve) == deleted_username(
        PersonId(eve)
    )
    assert await one(site, "SELECT done_at IS NOT NULL FROM erasures WHERE person = %s", stranger)
    await departed(site)
    assert await task(site).round() == 1
    assert await task(site).round() == 0


async def test_administrators_have_accounts_erased_and_keep_them(world: World) -> None:
    """With a row in the log each; not one another's by the settings, and never the last one."""
    site = await world.with_boss()
    eve = await join(site, "eve@nexync.test", "eve", instance=1)
    boss = str(await one(site, "SELECT id FROM people WHERE email = %s", BOSS))
    due = await act(site, eve, "erasure")
    assert due.erase_at is not None
    assert due.sessions == 0
    assert (await site.jobs("erasure"))[-1]["by_admin"] is True
    assert (await act(site, eve, "erasure-cancellation")).erase_at is None
    assert (await site.post(f"admin/people/{boss}/erasure", PROOF)).status_code == 409
    last = await site.post("erasure", PROOF)
    assert (last.status_code, last.json()["code"]) == (409, "conflict")
    assert [entry[1] for entry in await log_of(site)] == [
        "person.erasure_asked",
        "person.erasure_cancelled",
    ]
    await invite(site)
    await act(site, eve, "erasure")
    site.clock.ahead += timedelta(days=15)
    await task(site).round()
    listed = (await site.instances[0].get("/api/auth/admin/people")).json()["people"]
    assert [person["username"] for person in listed] == ["boss"]
    assert (await site.post(f"admin/people/{eve}/erasure", PROOF)).status_code == 404


async def test_the_log_of_administrators_gives_up_names_and_nothing_else(world: World) -> None:
    """The trigger lets the eraser put the row's new name in, and nobody anything else."""
    site = await world.with_boss()
    eve = await join(site, "eve@nexync.test", "eve", instance=1)
    await act(site, eve, "deactivation")
    for change in ("subject_name = 'x'", "actor_name = ''", "at = now()", "address = ''"):
        with pytest.raises(psycopg.errors.RaiseException):
            async with site.pool.connection() as connection:
                await connection.execute(f"UPDATE audit_log SET {change}".encode())
