"""Log-in with providers over the wires, where none is configured: nothing is offered, and nothing opens."""

import pytest

from nexync_client import Rest
from nexync_contracts import provider_endpoints, provider_rest
from nexync_e2e.client import sign_up
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def test_nobody_is_offered_whom_no_one_configured(where: Wires) -> None:
    """Neither to strangers nor on the Security page; a callback that nobody left for leads to the log-in."""
    client = Rest(where.page)
    shown = await client.call(provider_endpoints.PROVIDERS, provider_rest.ProvidersView)
    assert shown.providers == ()
    answer = await client.raw(
        provider_endpoints.START_PROVIDER,
        path={"provider": "google"},
        json={},
    )
    assert answer.status_code == 404
    answer = await client.raw(
        provider_endpoints.PROVIDER_CALLBACK,
        path={"provider": "google"},
        query={"state": "x", "code": "y"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?problem=login_over")
    person = await sign_up(where.page, where.mail)
    mine = await person.rest.call(provider_endpoints.IDENTITIES, provider_rest.IdentitiesView)
    assert (mine.identities, mine.password) == ((), True)
    await client.close()
    await person.close()
