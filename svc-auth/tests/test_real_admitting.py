"""Who may register, over the real backends: domains, invitations and doors that close."""

import asyncio

import pytest
from admin_site import PROOF, World, ask, by_provider, invite, join, log_of, prove, world

from nexync_contracts.admin_rest import (
    InvitationsPage,
)

__all__ = ["world"]


pytestmark = pytest.mark.real


async def test_domains_let_in_their_own_and_the_invited(world: World) -> None:
    """Known and unknown addresses elsewhere are refused alike; a provider's first log-in obeys too."""
    site = await world.with_boss(registration="domains", registration_domains="nexync.test")
    facts = (await site.instances[1].get("/api/auth/instance")).json()
    assert facts == {
        "registration": "domains",
        "second_factor": "optional",
        "domains": ["nexync.test"],
    }
    made = await invite(site)
    await join(site, "eve@elsewhere.test", "eve", made.token, instance=1)
    for email in ("eve@elsewhere.test", "nobody@elsewhere.test"):
        assert await ask(site, email, "other") == (403, "registration_closed")
    assert await ask(site, "x@sub.nexync.test", "other") == (403, "registration_closed")
    assert await by_provider(site, "kim", None) == "/login?problem=registration_closed"
    second = await invite(site)
    assert await by_provider(site, "kim", second.token) == "/"
    assert await by_provider(site, "kim", None) == "/"
    assert await by_provider(site, "lee", second.token) == "/login?problem=invitation_over"


async def test_a_use_is_an_account_and_no_more_than_that(world: World) -> None:
    """Two register with the last use; one proves first. A revoked invitation is over for who didn't prove yet."""
    site = await world.with_boss(registration="domains", registration_domains="nexync.test")
    made = await invite(site, uses=2)
    assert (await site.post("invitation", {"invitation": made.token})).status_code == 200
    for name in ("ann", "bob", "cat"):
        assert await ask(site, f"{name}@out.test", name, made.token, 1) == (202, None)
    assert await prove(site, "ann@out.test", 1) == (200, None)
    both = await asyncio.gather(*(prove(site, f"{name}@out.test", 1) for name in ("bob", "cat")))
    assert sorted(both) == [(200, None), (410, "invitation_over")]
    answer = await site.post("invitation", {"invitation": made.token})
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_over")
    other = await invite(site)
    assert await ask(site, "dan@out.test", "dan", other.token, 1) == (202, None)
    revoke = f"admin/invitations/{other.invitation.invitation}/revocation"
    assert [(await site.post(revoke, PROOF)).status_code for _ in range(2)] == [204, 204]
    assert await prove(site, "dan@out.test", 1) == (410, "invitation_over")
    listed = await site.instances[0].get("/api/auth/admin/invitations")
    page = InvitationsPage.model_validate_json(listed.content)
    assert [(one.uses, one.most, one.by) for one in page.invitations] == [
        (0, 1, "boss"),
        (2, 2, "boss"),
    ]
    assert [one[1] for one in await log_of(site)] == [
        "invitation.made",
        "invitation.made",
        "invitation.revoked",
    ]


async def test_a_door_that_closed_meanwhile_stays_closed(world: World) -> None:
    """Whoever registered while it was open and proves the address later; an identity that is linked still opens."""
    open_site = await world.site()
    await by_provider(open_site, "kim", None)
    assert await ask(open_site, "ann@out.test", "ann") == (202, None)
    closed = await world.site(registration="closed")
    # As if by the same keys: the code is made anew by the instance that judges it.
    await closed.forget_limits()
    assert (await closed.post("resend", {"email": "ann@out.test"})).status_code == 202
    assert await prove(closed, "ann@out.test") == (403, "registration_closed")
    assert await by_provider(closed, "kim", None) == "/"
    assert await by_provider(closed, "new", None) == "/login?problem=registration_closed"
