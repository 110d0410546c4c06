"""What the use cases of passkeys need from the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from nexync_contracts.ids import PasskeyId, PersonId, SessionId
from nexync_contracts.jobs import PasskeyChangedJob
from svc_auth.ports import Owner


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey for its owner's eyes; `credential` and `transports` are what browsers name it by."""

    id: PasskeyId
    credential: bytes
    transports: Sequence[str]
    name: str
    synced: bool
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was judged and is to be kept."""

    passkey: Passkey
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Signed:
    """What an authenticator says beside a signature that is right."""

    sign_count: int
    synced: bool


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """A passkey with what its signature is judged by, and whose it is."""

    id: PasskeyId
    name: str
    public_key: bytes
    owner: Owner


class NotAdded(Enum):
    """Why a new passkey isn't kept."""

    FULL = "full"
    TAKEN = "taken"


class Used(Enum):
    """What became of a signature that was right."""

    ACCEPTED = "accepted"
    BACKWARDS = "backwards"
    """The counter did not grow: two devices may hold the key."""
    REMOVED = "removed"


Notice = Callable[[Owner, str], PasskeyChangedJob]
"""The mail to an owner about the passkey of this name."""


class Passkeys(Protocol):
    """Passkeys. Each method is one transaction, the outbox row included."""

    async def listed(self, person: PersonId) -> Sequence[Passkey]:
        """The person's, oldest first."""
        ...

    async def known(self, credential: bytes) -> KnownPasskey | None:
        """By the credential id; of somebody verified."""
        ...

    async def add(
        self,
        person: PersonId,
        session: SessionId,
        new: NewPasskey,
        most: int,
        notice: Notice,
        now: datetime,
    ) -> Sequence[SessionId] | NotAdded:
        """Keep one more, unless the person has `most`, or somebody has this one; the sessions that ended.

        A session in which a second factor had to be set up is one of two factors then, and all others end.
        """
        ...

    async def use(self, passkey: PasskeyId, signed: Signed, now: datetime) -> Used:
        """Take a signature's counter: it must grow, or be 0 for ever (WebAuthn Level 3, 6.1.1)."""
        ...

    async def rename(self, person: PersonId, passkey: PasskeyId, name: str) -> bool:
        """False when the person has no such passkey."""
        ...

    async def remove(self, person: PersonId, passkey: PasskeyId, notice: Notice) -> bool:
        """False when the person has no such passkey."""
        ...

    async def tell(self, job: PasskeyChangedJob) -> None:
        """Mail something."""
        ...


class Ceremonies(Protocol):
    """Challenges that wait for a passkey, known by their SHA-256; each is good once and ends by itself."""

    async def begin(self, challenge: str, purpose: str) -> None:
        """Keep one for PASSKEY_SECONDS."""
        ...

    async def take(self, challenge: str) -> str | None:
        """What it was given for; nobody can take it again."""
        ...
