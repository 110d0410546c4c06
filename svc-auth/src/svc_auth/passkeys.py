"""One's own passkeys: list, add, rename, remove. The owner is told by mail of what opens the account."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nexync_contracts import limits
from nexync_contracts.ids import PasskeyId, PersonId, SessionId
from nexync_contracts.jobs import PasskeyChange, PasskeyChangedJob
from nexync_contracts.passkey_rest import AddPasskeyBody, OwnerProofBody
from nexync_runtime import log
from svc_auth.errors import (
    factor_stays,
    no_such_passkey,
    passkey_refused,
    passkey_taken,
    passkeys_full,
)
from svc_auth.metrics import ATTEMPTS
from svc_auth.passkey_checks import Asked, PasskeyChecks
from svc_auth.passkey_ports import NewPasskey, NotAdded, Notice, Passkey, Passkeys
from svc_auth.ports import Announcer, Owner
from svc_auth.proving import Proving
from svc_auth.relying_party import RefusedPasskeyError
from svc_auth.requiring import Requiring

_log = log.get("passkeys")


@dataclass(frozen=True, slots=True)
class ToMake:
    """What a browser needs to make a passkey."""

    asked: Asked
    owner: Owner


class OwnPasskeys:
    """The use cases."""

    def __init__(
        self,
        *,
        passkeys: Passkeys,
        checks: PasskeyChecks,
        proving: Proving,
        requiring: Requiring,
        announcer: Announcer,
        clock: Callable[[], datetime],
    ) -> None:
        self._passkeys = passkeys
        self._checks = checks
        self._proving = proving
        self._requiring = requiring
        self._announcer = announcer
        self._clock = clock

    @property
    def rp_id(self) -> str | None:
        """The site's name, if it has one."""
        return self._checks.rp_id

    async def listed(self, person: PersonId) -> Sequence[Passkey]:
        """Oldest first."""
        return await self._passkeys.listed(person)

    async def begin(
        self, person: PersonId, session: SessionId, proof: OwnerProofBody, address: str
    ) -> ToMake:
        """A challenge for a new passkey. Raises ProblemError: as `prove_lately`, and 409 as many as one may have."""
        _ = self._checks.party
        owner = await self._proving.prove_lately(person, session, proof, address)
        known = await self._passkeys.listed(person)
        if len(known) >= limits.PASSKEYS:
            raise passkeys_full()
        return ToMake(await self._checks.begin(_adding(person, session), known), owner)

    async def add(
        self, person: PersonId, session: SessionId, body: AddPasskeyBody, name: str
    ) -> Passkey:
        """Keep a passkey of this session's challenge.

        Raises ProblemError: 403 refused, 409 full or known already, 410 over, 503.
        """
        party = self._checks.party
        challenge = await self._checks.take(body.client_data, _adding(person, session))
        try:
            made = await asyncio.to_thread(party.made, body, challenge)
        except RefusedPasskeyError as error:
            ATTEMPTS.labels("passkey_add", "refused").inc()
            _log.info("new passkey refused", reason=str(error))
            raise passkey_refused() from None
        passkey = Passkey(
            id=PasskeyId(str(uuid.uuid4())),
            credential=made.credential,
            transports=body.transports,
            name=name,
            synced=made.synced,
            created_at=self._clock(),
            used_at=None,
        )
        new = NewPasskey(passkey, made.public_key, made.sign_count)
        notice = self._notice(PasskeyChange.ADDED)
        outcome = await self._passkeys.add(
            person, session, new, limits.PASSKEYS, notice, passkey.created_at
        )
        if isinstance(outcome, NotAdded):
            ATTEMPTS.labels("passkey_add", outcome.value).inc()
            raise passkeys_full() if outcome is NotAdded.FULL else passkey_taken()
        await self._announcer.sessions_ended(person, outcome)
        ATTEMPTS.labels("passkey_add", "added").inc()
        return passkey

    async def rename(self, person: PersonId, passkey: PasskeyId, name: str) -> None:
        """Raises ProblemError 404, also for somebody else's."""
        if not await self._passkeys.rename(person, passkey, name):
            raise no_such_passkey()

    async def remove(
        self,
        person: PersonId,
        session: SessionId,
        passkey: PasskeyId,
        proof: OwnerProofBody,
        address: str,
    ) -> None:
        """Sessions that it opened stay; they are listed.

        Raises ProblemError: as `prove`, 404, 409 one is asked for here.
        """
        await self._proving.prove(person, session, proof, address)
        if await self._requiring.is_last_passkey(person):
            raise factor_stays()
        if not await self._passkeys.remove(person, passkey, self._notice(PasskeyChange.REMOVED)):
            raise no_such_passkey()
        ATTEMPTS.labels("passkey_remove", "removed").inc()

    def _notice(self, change: PasskeyChange) -> Notice:
        def made(owner: Owner, name: str) -> PasskeyChangedJob:
            return self._checks.notice(owner, name, change)

        return made


def _adding(person: PersonId, session: SessionId) -> str:
    return f"add {person} {session}"
