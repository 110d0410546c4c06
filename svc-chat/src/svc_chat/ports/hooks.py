"""What webhooks need to know of their chat."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from nexync_contracts.events import ChatKind, Role
from nexync_contracts.ids import ChatId, HookId, PersonId
from nexync_streams.group_settings import Hook


class HookPlace(NamedTuple):
    """A chat, its webhooks, and one person's role in it; None for who isn't a member."""

    partition: int
    kind: ChatKind
    hooks: Mapping[HookId, Hook]
    role: Role | None


class HookStore(Protocol):
    """Chats in Postgres, as webhooks ask of them."""

    async def place(self, chat: ChatId, person: PersonId | None) -> HookPlace | None:
        """The chat; None where there is none."""
        ...

    async def connected(self, chat: ChatId, person: PersonId) -> bool:
        """Whether that member of a private chat is connected with the other one, and both accounts are as they were.

        An account that an administrator locked, or that is to be erased, is not.
        """
        ...
