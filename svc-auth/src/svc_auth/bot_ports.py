"""What the use cases of bots need from the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from nexync_contracts.ids import PersonId, SessionId


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot for its owner's eyes. `seen_at` is None before the token's first use."""

    person: PersonId
    username: str
    name: str
    made_at: datetime
    token_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that begins: its SHA-256, and the session that carries it."""

    token_hash: bytes
    session: SessionId
    at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a token is."""

    person: PersonId
    username: str
    session: SessionId


class BotRefused(Enum):
    """Why there is no new bot."""

    USERNAME_TAKEN = "username_taken"
    FULL = "full"
    OWNER_LOCKED = "owner_locked"


@dataclass(frozen=True, slots=True)
class Changed:
    """A bot after a change, and the session that ended by it."""

    bot: Bot
    ended: SessionId | None


class Bots(Protocol):
    """Bots and their tokens; tokens are known by their SHA-256 only. Each method is one transaction."""

    async def of(self, owner: PersonId) -> Sequence[Bot]:
        """The owner's bots that aren't retired, the newest first."""
        ...

    async def add(
        self, owner: PersonId, bot: Bot, token: NewToken, *, most: int
    ) -> BotRefused | None:
        """A new bot with its first token; the limit holds under the owner's lock."""
        ...

    async def renew(self, owner: PersonId, bot: PersonId, token: NewToken) -> Changed | None:
        """Another token in place of the one before; None where there is no such bot of the owner's."""
        ...

    async def revoke(
        self, owner: PersonId, bot: PersonId, now: datetime, *, retire: bool
    ) -> Changed | None:
        """No token any more, for good with `retire`; None where there is no such bot of the owner's."""
        ...

    async def holder(self, token_hash: bytes, now: datetime) -> Holder | None:
        """Whose token it is, noted as seen; None for one that is none any more."""
        ...
