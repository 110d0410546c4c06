"""Registration over fakes: who gets a name, codes by mail, passwords that are refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from account_world import World, world
from auth_world import ADA, BOB
from session_world import NOW

from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import PersonId
from nexync_runtime.http import ProblemError
from svc_auth.ports import (
    NotAdmitted,
    Registered,
)
from svc_auth.registering import Holder, Plan, plan_registration

__all__ = ["world"]


def _holder(
    email: str, username: str, *, verified: bool, code_valid: bool = True, person: PersonId = ADA
) -> Holder:
    expires = None if verified else NOW + timedelta(minutes=5 if code_valid else -5)
    return Holder(person, email, username, verified, expires)


def _claim(email: str, username: str, *, code_valid: bool = True, person: PersonId = ADA) -> Holder:
    holder = _holder(email, username, verified=False, code_valid=code_valid, person=person)
    return replace(holder, claim=True)


@pytest.mark.parametrize(
    ("holders", "plan"),
    [
        ([], Plan(Registered.CODE_SENT)),
        ([_holder("a@x", "ada", verified=True)], Plan(Registered.USERNAME_TAKEN)),
        ([_holder("a@x", "other", verified=True)], Plan(Registered.ALREADY_VERIFIED, ADA)),
        ([_claim("b@x", "ada")], Plan(Registered.USERNAME_TAKEN)),
        ([_claim("b@x", "ada", code_valid=False)], Plan(Registered.CODE_SENT, None, (ADA,))),
        (
            [_holder("a@x", "other", verified=True), _claim("a@x", "ada")],
            Plan(Registered.ALREADY_VERIFIED, ADA),
        ),
        (
            [
                _holder("a@x", "other", verified=True),
                _claim("b@x", "ada", code_valid=False, person=BOB),
            ],
            Plan(Registered.ALREADY_VERIFIED, ADA, (BOB,)),
        ),
        ([_holder("b@x", "ada", verified=True)], Plan(Registered.USERNAME_TAKEN)),
        ([_holder("b@x", "ada", verified=False)], Plan(Registered.USERNAME_TAKEN)),
        (
            [_holder("b@x", "ada", verified=False, code_valid=False)],
            Plan(Registered.CODE_SENT, None, (ADA,)),
        ),
        ([_holder("b@x", "add", verified=True)], Plan(Registered.CODE_SENT)),
        ([_holder("a@x", "ada", verified=False)], Plan(Registered.CODE_SENT, ADA)),
        ([_holder("a@x", "other", verified=False)], Plan(Registered.CODE_SENT, ADA)),
        (
            [
                _holder("a@x", "other", verified=True),
                _holder("b@x", "ada", verified=True, person=BOB),
            ],
            Plan(Registered.USERNAME_TAKEN),
        ),
        (
            [
                _holder("a@x", "other", verified=False),
                _holder("b@x", "ada", verified=False, code_valid=False, person=BOB),
            ],
            Plan(Registered.CODE_SENT, ADA, (BOB,)),
        ),
    ],
)
def test_who_gets_the_name(holders: list[Holder], plan: Plan) -> None:
    """`ada` at `a@x` registers; a taken name is told alike for known and unknown addresses."""
    assert plan_registration(holders, "a@x", "ada", NOW) == plan


@pytest.mark.parametrize(
    ("mine", "others", "alike"),
    [
        ("marnie", "mamie", True),
        ("b0b", "bob", True),
        ("c1ara", "clara", True),
        ("vvalter", "walter", True),
        ("a.b", "a-_b", True),
        ("ada", "adam", False),
        ("a.b", "ab", False),
        ("lan", "ian", False),
    ],
)
def test_a_name_that_looks_like_another_is_taken(mine: str, others: str, alike: bool) -> None:
    """Nobody can be taken for somebody else."""
    plan = plan_registration([_holder("b@x", others, verified=True)], "a@x", mine, NOW)
    assert (plan.outcome is Registered.USERNAME_TAKEN) == alike


async def test_register_and_verify(world: World) -> None:
    """The code of the job is the one that verifies, and the job has what the mail needs."""
    await world.registration.register("Ada@Example.org", "ada", "correct horse", "10.0.0.1")
    (job,) = world.accounts.jobs
    assert (job.email, job.username) == ("ada@example.org", "ada")
    assert job.expires_at == int((NOW + timedelta(minutes=10)).timestamp() * 1000)
    account = await world.registration.verify("ada@example.org", job.code, "10.0.0.1")
    assert account.username == "ada"
    (greeting,) = world.accounts.greetings
    assert (greeting.email, greeting.link) == ("ada@example.org", "https://nexync.test")


async def test_the_same_attempt_again_is_answered_as_before(world: World) -> None:
    """A lost answer is no wrong code; for any other attempt the code is spent."""
    await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    code = world.accounts.jobs[0].code
    first = await world.registration.verify("ada@example.org", code, "10.0.0.1", "key")
    assert await world.registration.verify("Ada@example.org", code, "10.0.0.9", "key") == first
    for key in ("other", None):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify("ada@example.org", code, "10.0.0.1", key)
        assert caught.value.problem.code is ProblemCode.WRONG_CODE


@pytest.mark.parametrize("answer", [Registered.CODE_SENT, Registered.ALREADY_VERIFIED])
async def test_a_known_address_is_answered_like_an_unknown_one(
    world: World, answer: Registered
) -> None:
    """No error either way, and the same wait until the next attempt."""
    world.accounts.answer = answer
    await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.TOO_MANY
    assert caught.value.problem.retry_after == 30


async def test_a_taken_name_can_be_changed_at_once(world: World) -> None:
    """The wait between codes begins only when one is sent."""
    world.accounts.answer = Registered.USERNAME_TAKEN
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.USERNAME_TAKEN
    world.accounts.answer = Registered.CODE_SENT
    await world.registration.register("ada@example.org", "ada2", "correct horse", "10.0.0.1")


@pytest.mark.parametrize("known", [True, False])
async def test_tries_are_counted_alike_for_known_and_unknown_addresses(
    world: World, known: bool
) -> None:
    """Five wrong codes, then the code is spent, whoever it is; a new code starts again."""
    if known:
        await world.registration.register("ada@example.org", "ada", "correct horse", "10.0.0.1")
    codes: list[ProblemCode] = []
    for _ in range(6):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify("ada@example.org", "xxxxxx", "10.0.0.1")
        codes.append(caught.value.problem.code)
    assert codes == [ProblemCode.WRONG_CODE] * 5 + [ProblemCode.CODE_SPENT]
    await world.limits.clear("code", "ada@example.org")
    await world.registration.resend("ada@example.org", "10.0.0.1")
    with pytest.raises(ProblemError) as caught:
        await world.registration.verify("ada@example.org", "xxxxxx", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.WRONG_CODE


async def test_a_neighbourhood_has_a_limit_of_its_own(world: World) -> None:
    """Many addresses of one network are one hand."""
    limited = 0
    for number in range(200):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify(f"{number}@example.org", "000000", f"10.0.0.{number}")
        limited += caught.value.problem.code is ProblemCode.TOO_MANY
    assert limited == 0
    for number in range(150):
        with pytest.raises(ProblemError) as caught:
            await world.registration.verify(f"x{number}@example.org", "000000", f"10.0.0.{number}")
        limited += caught.value.problem.code is ProblemCode.TOO_MANY
    assert limited == 50


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("password1", "password_common"),
        ("PASSWORD1", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("lovelace12345", "password_tells_name"),
        ("my name is LoveLace", "password_tells_name"),
        ("ada.l@example.org", "password_tells_name"),
        ("example12345", "password_common"),
    ],
)
async def test_a_password_that_is_tried_first_is_refused(
    world: World, password: str, code: str
) -> None:
    """Before anything is counted or hashed, with the field and the reason."""
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada.l@example.org", "lovelace", password, "10.0.0.1")
    (issue,) = caught.value.problem.issues
    assert (issue.path, issue.code) == (("body", "password"), code)
    assert not world.accounts.jobs
    await world.registration.register("ada.l@example.org", "lovelace", "ada loves 7", "10.0.0.1")


@pytest.mark.parametrize(
    "name", ["admin", "adm1n", "a.d.m.i.n", "nexync-support", "n3xync", "r00t"]
)
async def test_names_of_the_service_are_taken(world: World, name: str) -> None:
    """Nobody can pose as the service, also not with digits for letters."""
    with pytest.raises(ProblemError) as caught:
        await world.registration.register("ada@example.org", name, "correct horse", "10.0.0.1")
    assert caught.value.problem.code is ProblemCode.USERNAME_TAKEN


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (NotAdmitted.NOT_ADMITTED, ProblemCode.REGISTRATION_CLOSED),
        (NotAdmitted.INVITATION_OVER, ProblemCode.INVITATION_OVER),
    ],
)
async def test_a_right_code_opens_no_door_that_was_shut_since(
    world: World, reason: NotAdmitted, code: ProblemCode
) -> None:
    """The reason is told to who reads the mail of the address."""
    world.accounts.refused = reason
    with pytest.raises(ProblemError) as refused:
        await world.registration.verify("ada@example.org", "123456", "192.0.2.1")
    assert refused.value.problem.code is code
