"""Who may make an account: the modes, over addresses and invitations; what settings are refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from auth_world import FakeInvitations, FakeLimits
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nexync_contracts import limits
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import InviteId, PersonId
from nexync_contracts.instance_rest import RegistrationMode
from nexync_runtime.http import ProblemError
from svc_auth.admin_ports import Actor
from svc_auth.admitting import Admitting, Policy, invitation_hash
from svc_auth.invitation_ports import GoodInvitation
from svc_auth.inviting import Inviting
from svc_auth.ports import Door
from svc_auth.settings import AuthSettings
from svc_auth.throttling import Throttle

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = "t" * limits.INVITATION_TOKEN_CHARS
INVITATION = InviteId("00000000-0000-4000-8000-0000000000cc")
ACTOR = Actor(PersonId("00000000-0000-4000-8000-000000000001"), "ada", "192.0.2.1")


def admitting(policy: Policy, *, expires_in: int = 60, known: str = TOKEN) -> Admitting:
    """With one invitation."""
    invitations = FakeInvitations()
    end = NOW + timedelta(seconds=expires_in)
    invitations.known[invitation_hash(known)] = GoodInvitation(INVITATION, end)
    throttle = Throttle(FakeLimits(), by_address=True)
    return Admitting(policy=policy, invitations=invitations, throttle=throttle, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("mode", "at_home", "elsewhere"),
    [
        (RegistrationMode.OPEN, Door.OPEN, Door.OPEN),
        (RegistrationMode.DOMAINS, Door.OPEN, Door.INVITATION),
        (RegistrationMode.INVITE, Door.INVITATION, Door.INVITATION),
        (RegistrationMode.CLOSED, Door.SHUT, Door.SHUT),
    ],
)
def test_each_mode_has_its_door(mode: RegistrationMode, at_home: Door, elsewhere: Door) -> None:
    """Domains count in their mode alone."""
    policy = Policy(mode, ("example.org", "corp.test"))
    assert policy.door("ada@example.org") is at_home
    assert policy.door("ada@elsewhere.test") is elsewhere


@given(st.text(alphabet="abc.@-", max_size=12), st.sampled_from(["", ".", "x", "-", "@"]))
def test_only_the_whole_domain_counts(local: str, between: str) -> None:
    """Whatever stands before it: nothing that merely ends like it, is below it, or has it before the @ gets in."""
    policy = Policy(RegistrationMode.DOMAINS, ("example.org",))
    email = f"{local}@{between}example.org"
    whole = email.rpartition("@")[2] == "example.org"
    assert policy.door(email) is (Door.OPEN if whole else Door.INVITATION)
    assert policy.door(f"example.org@{local}.test") is Door.INVITATION


@pytest.mark.parametrize("mode", [RegistrationMode.INVITE, RegistrationMode.DOMAINS])
async def test_an_invitation_opens_where_it_is_asked_for(mode: RegistrationMode) -> None:
    """And what is wrong with one that doesn't is not told."""
    policy = Policy(mode, ("example.org",))
    assert await admitting(policy).enter("eve@elsewhere.test", TOKEN) == INVITATION
    for door in (admitting(policy, expires_in=0), admitting(policy, known="u" * 43)):
        with pytest.raises(ProblemError) as refused:
            await door.enter("eve@elsewhere.test", TOKEN)
        assert refused.value.problem.code is ProblemCode.INVITATION_OVER
    with pytest.raises(ProblemError) as refused:
        await admitting(policy).enter("eve@elsewhere.test", None)
    assert refused.value.problem.code is ProblemCode.REGISTRATION_CLOSED


async def test_an_invitation_is_kept_where_none_is_needed() -> None:
    """An address that comes in anyway uses nothing up, not even a bad one."""
    policy = Policy(RegistrationMode.DOMAINS, ("example.org",))
    assert await admitting(policy).enter("ada@example.org", TOKEN) is None
    assert await admitting(Policy()).enter("eve@elsewhere.test", "u" * 43) is None


async def test_closed_is_closed() -> None:
    """Even with an invitation from better days, which is told to be over; and none can be made."""
    policy = Policy(RegistrationMode.CLOSED)
    with pytest.raises(ProblemError) as refused:
        await admitting(policy).enter("ada@example.org", TOKEN)
    assert refused.value.problem.code is ProblemCode.REGISTRATION_CLOSED
    with pytest.raises(ProblemError) as refused:
        await admitting(policy).look(TOKEN, "192.0.2.1")
    assert refused.value.problem.code is ProblemCode.INVITATION_OVER
    inviting = Inviting(invitations=FakeInvitations(), policy=policy, clock=lambda: NOW)
    with pytest.raises(ProblemError) as refused:
        await inviting.make(ACTOR, "", days=1, uses=1)
    assert refused.value.problem.code is ProblemCode.CONFLICT


async def test_a_made_invitation_is_known_by_its_token() -> None:
    """It ends after its days, and there are only so many."""
    invitations = FakeInvitations()
    policy = Policy(RegistrationMode.INVITE)
    inviting = Inviting(invitations=invitations, policy=policy, clock=lambda: NOW)
    made, token = await inviting.make(ACTOR, "Team", days=7, uses=3)
    assert invitations.known == {
        invitation_hash(token): GoodInvitation(made.id, NOW + timedelta(days=7))
    }
    for number in range(limits.INVITATIONS - 1):
        invitations.known[bytes([number])] = GoodInvitation(INVITATION, NOW)
    with pytest.raises(ProblemError) as refused:
        await inviting.make(ACTOR, "", days=1, uses=1)
    assert refused.value.problem.status == 409


def settings(**more: object) -> AuthSettings:
    """As svc-auth reads them."""
    values: dict[str, object] = {
        "admin_port": 1,
        "port": 2,
        "internal_port": 3,
        "postgres_url": "postgresql://x",
        "redis_state_url": "redis://x",
        "rabbitmq_url": "amqp://x",
        "public_origins": "https://a.test",
        "signing_key_file": Path("x"),
        **more,
    }
    return AuthSettings.model_validate(values)


def test_domains_and_admins_are_read_in_their_normal_form() -> None:
    """As addresses are compared: in ASCII and lower case."""
    read = settings(
        registration="domains",
        registration_domains="Example.org, corp.test,",
        admins="Ada@Example.org, bob@bücher.test",
    )
    assert read.domains == ("example.org", "corp.test")
    assert read.admin_emails == ("ada@example.org", "bob@xn--bcher-kva.test")
    assert settings().registration is RegistrationMode.OPEN


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"registration": "domains"}, "NEXYNC_REGISTRATION_DOMAINS: is missing"),
        ({"registration_domains": "a.test"}, "NEXYNC_REGISTRATION_DOMAINS: has no use"),
        ({"registration": "domains", "registration_domains": "@a.test"}, "'@a.test' is no domain"),
        ({"registration": "domains", "registration_domains": "bücher.test"}, "no domain in ASCII"),
        (
            {
                "registration": "domains",
                "registration_domains": ",".join(f"d{one}.test" for one in range(51)),
            },
            "at most 50",
        ),
        ({"registration": "anybody"}, "registration"),
        ({"admins": "ada"}, "NEXYNC_ADMINS: 'ada' is no e-mail address"),
    ],
)
def test_settings_that_can_not_be_meant_are_refused(more: dict[str, object], named: str) -> None:
    """The message names the setting and what is wrong."""
    with pytest.raises(ValidationError, match=named):
        settings(**more)
