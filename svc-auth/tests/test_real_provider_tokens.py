"""What becomes of a provider's tokens, and how long a log-in there counts, over the real Postgres and Redis."""

from datetime import timedelta

import httpx
import pytest
from composed import Backed
from provider_site import Site, site
from psycopg import sql

__all__ = ["site"]

pytestmark = pytest.mark.real


async def rows(site: Backed) -> str:
    """All that svc-auth's database holds, as text."""
    found: list[str] = []
    async with site.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
        )
        for schema, table in await cursor.fetchall():
            name = sql.Identifier(schema, table)
            query = sql.SQL("SELECT whole::text FROM {} whole").format(name)
            found += [row[0] for row in await (await connection.execute(query)).fetchall()]
    return "\n".join(found)


async def keys(site: Backed) -> str:
    """All that Redis holds, as text."""
    return "\n".join(
        [f"{key!r} {await site.state.dump(key)!r}" async for key in site.state.scan_iter()]
    )


@pytest.mark.parametrize("provider", ["corp", "hub"])
async def test_a_providers_tokens_are_used_once_and_kept_nowhere(site: Site, provider: str) -> None:
    """Neither in Postgres or Redis, nor in anything that the browser is given."""
    site.issuer.in_token = False
    given: list[str] = []

    async def look(answer: httpx.Response) -> None:
        await answer.aread()
        given.append(f"{answer.headers!r} {answer.text}")

    site.browser.event_hooks["response"].append(look)
    assert await site.log_in(provider) == "/"
    assert await site.session() is not None
    await site.identities()
    server = site.issuer if provider == "corp" else site.github
    assert server.access
    assert set(server.shown) <= set(server.access)
    assert server.shown
    there = {"postgres": await rows(site), "redis": await keys(site), "browser": "\n".join(given)}
    assert "ada" in there["postgres"]
    assert "/api/auth" in there["browser"]
    assert [
        (place, token) for place, held in there.items() for token in server.access if token in held
    ] == []


async def test_a_log_in_at_a_provider_counts_for_a_year(site: Site) -> None:
    """As one by password does: however often the session is used, the provider is asked again after it."""
    assert await site.log_in() == "/"
    asked = len(site.issuer.asked)
    for _ in range(12):
        site.ahead += timedelta(days=29)
        assert (await site.post("refresh", {})).status_code == 200
    site.ahead += timedelta(days=17)
    assert (await site.post("refresh", {})).status_code == 401
    assert len(site.issuer.asked) == asked
    assert await site.log_in() == "/"
    assert len(site.issuer.asked) == asked + 1
    assert (await site.post("refresh", {})).status_code == 200
