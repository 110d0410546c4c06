"""Passkeys over fakes: log in, prove oneself, add and remove; what an attacker would send is refused."""

import pytest
from auth_world import ADA, BOB
from factor_world import HERE, THERE
from hypothesis import given
from hypothesis import strategies as st
from passkey_world import ADDRESS, NOW, ORIGIN, PASSWORD, World, view_of, world

from nexync_contracts import limits
from nexync_contracts.errors import ProblemCode
from nexync_contracts.jobs import PasskeyChange
from nexync_contracts.passkey_rest import (
    OwnerProofBody,
    PasskeyAssertion,
    PasskeyRequestView,
)
from nexync_runtime.http import ProblemError
from nexync_testing.authenticator import BACKED_UP, PRESENT, VERIFIED, Authenticator
from svc_auth.relying_party import (
    RpIdError,
    challenge_of,
    from_base64url,
    relying_party,
    user_handle,
)
from svc_auth.requiring import Held

__all__ = ["world"]


async def refused(world: World, assertion: PasskeyAssertion) -> ProblemCode:
    """Why a log-in fails."""
    with pytest.raises(ProblemError) as error:
        await world.checks.log_in(assertion, ADDRESS)
    return error.value.problem.code


@pytest.mark.parametrize("counts", [True, False])
async def test_a_passkey_is_added_and_logs_in_again_and_again(world: World, counts: bool) -> None:
    """With and without a counter; the owner is told of the new one, and sees when it was used."""
    key = await world.added(counts=counts)
    for _ in range(2):
        owner = await world.checks.log_in(key.sign(await world.request()), ADDRESS)
        assert owner.person == ADA
    (one,) = await world.own.listed(ADA)
    assert (one.name, one.used_at) == ("Chrome on Linux", NOW)
    assert [(job.change, job.name) for job in world.passkeys.told] == [
        (PasskeyChange.ADDED, "Chrome on Linux")
    ]


async def test_a_challenge_is_good_once_and_for_one_purpose(world: World) -> None:
    """What was signed can't be sent again, nor what was signed for something else."""
    key = await world.added()
    signed = key.sign(await world.request())
    await world.checks.log_in(signed, ADDRESS)
    assert await refused(world, signed) is ProblemCode.LOGIN_OVER
    proof = view_of(await world.checks.begin_proof(ADA, HERE))
    assert await refused(world, key.sign(proof)) is ProblemCode.LOGIN_OVER
    never = PasskeyRequestView(challenge="x" * 43, rp_id="nexync.test", expires_at=0)
    assert await refused(world, key.sign(never)) is ProblemCode.LOGIN_OVER


async def test_what_an_attacker_would_send_is_refused(world: World) -> None:
    """Another origin, another site, no verification of the user, a foreign key, somebody else's handle: all alike."""
    key = await world.added()
    key.origin = "https://chat.nexync.test.evil.test"
    assert await refused(world, key.sign(await world.request())) is ProblemCode.PASSKEY_REFUSED
    key.origin, key.rp_id = ORIGIN, "evil.test"
    assert await refused(world, key.sign(await world.request())) is ProblemCode.PASSKEY_REFUSED
    key.rp_id, key.flags = "nexync.test", PRESENT
    assert await refused(world, key.sign(await world.request())) is ProblemCode.PASSKEY_REFUSED
    key.flags = PRESENT | VERIFIED
    signed = key.sign(await world.request())
    other = signed.model_copy(update={"user_handle": user_handle(BOB)})
    assert await refused(world, other) is ProblemCode.PASSKEY_REFUSED
    nobodys = signed.model_copy(update={"user_handle": None, "client_data": "e30"})
    assert await refused(world, nobodys) is ProblemCode.LOGIN_OVER
    unnamed = key.sign(await world.request()).model_copy(update={"user_handle": None})
    assert await refused(world, unnamed) is ProblemCode.PASSKEY_REFUSED
    foreign = Authenticator("nexync.test", ORIGIN)
    assert await refused(world, foreign.sign(await world.request())) is ProblemCode.PASSKEY_REFUSED
    foreign.credential = key.credential
    mine = key.sign(await world.request())
    forged = foreign.sign(await world.request()).model_copy(
        update={"user_handle": mine.user_handle}
    )
    assert await refused(world, forged) is ProblemCode.PASSKEY_REFUSED
    assert await world.checks.log_in(key.sign(await world.request()), ADDRESS)


async def test_a_counter_that_goes_back_is_refused_and_told_once(world: World) -> None:
    """Somebody may have a copy: the log-in fails, and the owner hears of it, once a day."""
    key = await world.added()
    await world.checks.log_in(key.sign(await world.request()), ADDRESS)
    for _ in range(2):
        key.count = 0
        assert await refused(world, key.sign(await world.request())) is ProblemCode.PASSKEY_REFUSED
    changes = [job.change for job in world.passkeys.told]
    assert changes == [PasskeyChange.ADDED, PasskeyChange.COPY_SUSPECTED]


async def test_adding_needs_the_owner_and_this_sessions_challenge(world: World) -> None:
    """Not the wrong password, not another session's challenge, not one that was used."""
    with pytest.raises(ProblemError) as error:
        await world.own.begin(ADA, HERE, OwnerProofBody(current="wrong horse"), ADDRESS)
    assert error.value.problem.code is ProblemCode.WRONG_PASSWORD
    key = Authenticator("nexync.test", ORIGIN)
    body = key.make(await world.creation())
    for session in (THERE, HERE):
        with pytest.raises(ProblemError) as error:
            await world.own.add(ADA, session, body, "x")
        assert error.value.problem.code is ProblemCode.LOGIN_OVER
    again = await world.added()
    with pytest.raises(ProblemError) as error:
        await world.own.add(ADA, HERE, again.make(await world.creation()), "x")
    assert error.value.problem.code is ProblemCode.CONFLICT


async def test_a_new_passkey_without_verification_is_refused(world: World) -> None:
    """It would be one factor, and count as two."""
    key = Authenticator("nexync.test", ORIGIN)
    key.flags = PRESENT
    with pytest.raises(ProblemError) as error:
        await world.own.add(ADA, HERE, key.make(await world.creation()), "x")
    assert error.value.problem.code is ProblemCode.PASSKEY_REFUSED
    assert not world.passkeys.kept


async def test_there_is_a_limit(world: World) -> None:
    """It is told before the browser makes one more, and holds for those that were begun before."""
    waiting = await world.creation()
    for _ in range(limits.PASSKEYS):
        await world.added()
    with pytest.raises(ProblemError) as error:
        await world.creation()
    assert error.value.problem.code is ProblemCode.CONFLICT
    with pytest.raises(ProblemError) as error:
        await world.own.add(ADA, HERE, Authenticator("nexync.test", ORIGIN).make(waiting), "x")
    assert error.value.problem.code is ProblemCode.CONFLICT


async def test_a_passkey_proves_its_owner_and_removes_itself(world: World) -> None:
    """In the session that asked alone; the owner is told, and it opens nothing more."""
    key = await world.added()
    (one,) = await world.own.listed(ADA)
    asked = await world.checks.begin_proof(ADA, HERE)
    assert [known.id for known in asked.known] == [one.id]
    proof = OwnerProofBody(passkey=key.sign(view_of(asked)))
    with pytest.raises(ProblemError) as error:
        await world.own.remove(ADA, THERE, one.id, proof, ADDRESS)
    assert error.value.problem.code is ProblemCode.LOGIN_OVER
    signed = key.sign(view_of(await world.checks.begin_proof(ADA, HERE)))
    proof = OwnerProofBody(passkey=signed.model_copy(update={"user_handle": None}))
    await world.own.remove(ADA, HERE, one.id, proof, ADDRESS)
    assert await refused(world, key.sign(await world.request())) is ProblemCode.PASSKEY_REFUSED
    assert [job.change for job in world.passkeys.told] == [
        PasskeyChange.ADDED,
        PasskeyChange.REMOVED,
    ]
    with pytest.raises(ProblemError) as error:
        await world.own.remove(ADA, HERE, one.id, OwnerProofBody(current=PASSWORD), ADDRESS)
    assert error.value.problem.code is ProblemCode.NOT_FOUND


async def test_anothers_passkey_proves_nothing(world: World) -> None:
    """Bob's session asked, and Ada's passkey answered."""
    key = await world.added()
    asked = view_of(await world.checks.begin_proof(BOB, HERE))
    with pytest.raises(ProblemError) as error:
        await world.checks.prove(BOB, HERE, key.sign(asked))
    assert error.value.problem.code is ProblemCode.PASSKEY_REFUSED


async def test_a_copy_elsewhere_is_shown(world: World) -> None:
    """An authenticator may begin to keep copies at any time."""
    key = await world.added()
    key.flags |= BACKED_UP
    await world.checks.log_in(key.sign(await world.request()), ADDRESS)
    assert [one.synced for one in await world.own.listed(ADA)] == [True]


async def test_names_change_and_only_ones_own(world: World) -> None:
    """Somebody else's passkey is none."""
    await world.added()
    (one,) = await world.own.listed(ADA)
    await world.own.rename(ADA, one.id, "Work laptop")
    with pytest.raises(ProblemError):
        await world.own.rename(BOB, one.id, "Mine now")
    assert [each.name for each in await world.own.listed(ADA)] == ["Work laptop"]


async def test_strangers_can_ask_for_so_many_challenges(world: World) -> None:
    """Each takes a little of Redis."""
    for _ in range(200):
        await world.checks.begin_login(ADDRESS)
    with pytest.raises(ProblemError) as error:
        await world.checks.begin_login(ADDRESS)
    assert error.value.problem.code is ProblemCode.TOO_MANY


@pytest.mark.parametrize(
    ("given", "origins", "name", "under"),
    [
        (None, ["https://chat.example.org"], "chat.example.org", 1),
        (None, ["http://127.0.0.1:8080", "http://localhost:8080"], "localhost", 1),
        ("example.org", ["https://chat.example.org", "https://example.org"], "example.org", 2),
        (None, ["http://127.0.0.1:8080", "https://[::1]:8443"], None, 0),
    ],
)
def test_the_sites_name(
    given: str | None, origins: list[str], name: str | None, under: int
) -> None:
    """The host of an origin that has one, or a domain above."""
    party = relying_party(given, origins)
    assert (party and party.id) == name
    assert party is None or sum(party.serves(one) for one in origins) == under


@pytest.mark.parametrize("given", ["other.example", "ample.org", "127.0.0.1"])
def test_a_name_that_fits_no_origin_stops_the_service(given: str) -> None:
    """Found at the start, not by the first person who adds a passkey."""
    with pytest.raises(RpIdError):
        relying_party(given, ["https://chat.example.org", "http://127.0.0.1:8080"])


@given(st.text(alphabet="ABCxyz012_-", max_size=200))
def test_any_text_for_client_data_is_nothing_worse_than_no_challenge(text: str) -> None:
    """It comes from strangers."""
    assert challenge_of(text) is None
    assert isinstance(from_base64url(text), bytes)


async def test_the_last_factor_stays_where_one_is_asked_for(world: World) -> None:
    """With another passkey, or an app, it may go."""
    await world.added()
    (one,) = await world.own.listed(ADA)
    proof = OwnerProofBody(current=PASSWORD)
    world.holdings.ada = Held(admin=False, app=False, passkeys=1)
    with pytest.raises(ProblemError) as refused:
        await world.own.remove(ADA, HERE, one.id, proof, ADDRESS)
    assert refused.value.problem.code is ProblemCode.FACTOR_STAYS
    assert await world.own.listed(ADA)
    world.holdings.ada = Held(admin=False, app=True, passkeys=1)
    await world.own.remove(ADA, HERE, one.id, proof, ADDRESS)
    assert not await world.own.listed(ADA)


async def test_a_proof_of_the_last_minutes_spares_another(world: World) -> None:
    """In the session that proved, and for adding alone: removing asks each time."""
    nothing = OwnerProofBody()
    with pytest.raises(ProblemError) as refused:
        await world.own.begin(ADA, HERE, nothing, ADDRESS)
    assert refused.value.problem.code is ProblemCode.PROOF_NEEDED
    await world.added()
    (one,) = await world.own.listed(ADA)
    assert await world.own.begin(ADA, HERE, nothing, ADDRESS)
    for doing in (
        world.own.begin(ADA, THERE, nothing, ADDRESS),
        world.own.remove(ADA, HERE, one.id, nothing, ADDRESS),
    ):
        with pytest.raises(ProblemError) as refused:
            await doing
        assert refused.value.problem.code is ProblemCode.PROOF_NEEDED
