"""Who must log in with two factors, as the operator asks for it (docs/adr/0072)."""

from dataclasses import dataclass
from typing import Protocol

from nexync_contracts.ids import PersonId
from nexync_contracts.instance_rest import SecondFactorMode


@dataclass(frozen=True, slots=True)
class Held:
    """What one person has: the role of an administrator, an authenticator app, and how many passkeys."""

    admin: bool
    app: bool
    passkeys: int


class Holdings(Protocol):
    """What people have."""

    async def held(self, person: PersonId) -> Held:
        """As it is now."""
        ...


class Requiring:
    """The rule."""

    def __init__(self, *, mode: SecondFactorMode, holdings: Holdings) -> None:
        self.mode = mode
        self._holdings = holdings

    async def of(self, person: PersonId) -> Held | None:
        """What the person has, if two factors are asked for; None where one is enough."""
        if self.mode is SecondFactorMode.OPTIONAL:
            return None
        held = await self._holdings.held(person)
        return held if held.admin or self.mode is SecondFactorMode.EVERYONE else None

    async def is_last_app(self, person: PersonId) -> bool:
        """Whether the app is the last factor of somebody who must have one."""
        held = await self.of(person)
        return held is not None and held.app and held.passkeys == 0

    async def is_last_passkey(self, person: PersonId) -> bool:
        """Whether the only passkey is the last factor of somebody who must have one."""
        held = await self.of(person)
        return held is not None and held.passkeys == 1 and not held.app
