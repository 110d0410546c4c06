"""Ada, her passkeys, and the site that they belong to, over fakes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from auth_world import ADA, FakeAnnouncer, FakeHoldings, FakeLimits, FakeRecentProofs
from factor_world import HERE, FakeFactors, FakeOwners

from nexync_contracts.ids import PasskeyId, PersonId, SessionId
from nexync_contracts.instance_rest import SecondFactorMode
from nexync_contracts.jobs import PasskeyChangedJob
from nexync_contracts.passkey_rest import (
    OwnerProofBody,
    PasskeyCreationView,
    PasskeyRequestView,
)
from nexync_testing.authenticator import Authenticator
from svc_auth.lately import Lately
from svc_auth.passkey_checks import Asked, PasskeyChecks
from svc_auth.passkey_ports import (
    KnownPasskey,
    NewPasskey,
    NotAdded,
    Notice,
    Passkey,
    Signed,
    Used,
)
from svc_auth.passkeys import OwnPasskeys
from svc_auth.passwords import Passwords
from svc_auth.proving import Proving
from svc_auth.relying_party import (
    ALGORITHMS,
    RelyingParty,
    user_handle,
)
from svc_auth.requiring import Requiring
from svc_auth.second_factor import SecondFactor
from svc_auth.throttling import Throttle

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse"
ADDRESS = "10.0.0.1"
ORIGIN = "https://chat.nexync.test"


class FakeCeremonies:
    """Without an end by time."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def begin(self, challenge: str, purpose: str) -> None:
        self.kept[challenge] = purpose

    async def take(self, challenge: str) -> str | None:
        return self.kept.pop(challenge, None)


class FakePasskeys:
    """Everybody's, in a list; mails go to `told`."""

    def __init__(self, owners: FakeOwners) -> None:
        self.kept: list[NewPasskey] = []
        self.told: list[PasskeyChangedJob] = []
        self._owners = owners

    async def listed(self, person: PersonId) -> Sequence[Passkey]:
        return [one.passkey for one in self.kept] if person == ADA else []

    async def known(self, credential: bytes) -> KnownPasskey | None:
        for one in self.kept:
            if one.passkey.credential == credential:
                key = one.passkey
                return KnownPasskey(key.id, key.name, one.public_key, self._owners.ada)
        return None

    async def add(
        self,
        person: PersonId,
        session: SessionId,
        new: NewPasskey,
        most: int,
        notice: Notice,
        now: datetime,
    ) -> Sequence[SessionId] | NotAdded:
        if len(self.kept) >= most:
            return NotAdded.FULL
        if await self.known(new.passkey.credential) is not None:
            return NotAdded.TAKEN
        self.kept.append(new)
        self.told.append(notice(self._owners.ada, new.passkey.name))
        return ()

    async def use(self, passkey: PasskeyId, signed: Signed, now: datetime) -> Used:
        for at, one in enumerate(self.kept):
            if one.passkey.id == passkey:
                if not (
                    one.sign_count < signed.sign_count or one.sign_count == 0 == signed.sign_count
                ):
                    return Used.BACKWARDS
                used = replace(one.passkey, used_at=now, synced=signed.synced)
                self.kept[at] = replace(one, passkey=used, sign_count=signed.sign_count)
                return Used.ACCEPTED
        return Used.REMOVED

    async def rename(self, person: PersonId, passkey: PasskeyId, name: str) -> bool:
        for at, one in enumerate(self.kept):
            if one.passkey.id == passkey and person == ADA:
                self.kept[at] = replace(one, passkey=replace(one.passkey, name=name))
                return True
        return False

    async def remove(self, person: PersonId, passkey: PasskeyId, notice: Notice) -> bool:
        gone = [one for one in self.kept if one.passkey.id == passkey and person == ADA]
        self.kept = [one for one in self.kept if one not in gone]
        self.told += [notice(self._owners.ada, one.passkey.name) for one in gone]
        return bool(gone)

    async def tell(self, job: PasskeyChangedJob) -> None:
        self.told.append(job)


class World:
    """Ada, her password, and a site."""

    def __init__(self, passwords: Passwords, password_hash: str) -> None:
        self.limits = FakeLimits()
        self.owners = FakeOwners(password_hash)
        self.passkeys = FakePasskeys(self.owners)
        self.ceremonies = FakeCeremonies()
        self.recent = FakeRecentProofs()
        self.holdings = FakeHoldings()
        self.announcer = FakeAnnouncer()
        requiring = Requiring(mode=SecondFactorMode.EVERYONE, holdings=self.holdings)
        lately = Lately(owners=self.owners, recent=self.recent)
        throttle = Throttle(self.limits, by_address=True)
        second_factor = SecondFactor(
            factors=FakeFactors(),
            owners=self.owners,
            passwords=passwords,
            sealing=None,
            throttle=throttle,
            announcer=self.announcer,
            lately=lately,
            requiring=requiring,
            clock=lambda: NOW,
            page=ORIGIN,
        )
        self.checks = PasskeyChecks(
            party=RelyingParty("nexync.test", [ORIGIN]),
            passkeys=self.passkeys,
            ceremonies=self.ceremonies,
            throttle=throttle,
            clock=lambda: NOW,
            page=ORIGIN,
        )
        self.own = OwnPasskeys(
            passkeys=self.passkeys,
            checks=self.checks,
            proving=Proving(second_factor=second_factor, checks=self.checks, lately=lately),
            requiring=requiring,
            announcer=self.announcer,
            clock=lambda: NOW,
        )

    async def creation(self) -> PasskeyCreationView:
        """As the route writes it, after the password."""
        to_make = await self.own.begin(ADA, HERE, OwnerProofBody(current=PASSWORD), ADDRESS)
        return PasskeyCreationView(
            challenge=to_make.asked.challenge,
            rp_id=to_make.asked.rp_id,
            expires_at=0,
            user_handle=user_handle(ADA),
            username="ada",
            algorithms=ALGORITHMS,
            known=(),
        )

    async def added(self, *, counts: bool = True) -> Authenticator:
        """A passkey of Ada's."""
        key = Authenticator("nexync.test", ORIGIN, counts=counts)
        await self.own.add(ADA, HERE, key.make(await self.creation()), "Chrome on Linux")
        return key

    async def request(self) -> PasskeyRequestView:
        """A challenge of the log-in page."""
        return view_of(await self.checks.begin_login(ADDRESS))


def view_of(asked: Asked) -> PasskeyRequestView:
    return PasskeyRequestView(challenge=asked.challenge, rp_id=asked.rp_id, expires_at=0)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    passwords = Passwords(threads=1, memory_kib=64, passes=1)
    yield World(passwords, await passwords.hash(PASSWORD))
    await passwords.close()
