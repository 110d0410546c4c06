"""What one person alone sees of their chats."""

from typing import Protocol

from nexync_contracts.ids import ChatId, PersonId
from svc_chat.own import Fold, Own


class OwnStore(Protocol):
    """The kept states."""

    async def own(self, person: PersonId, chat: ChatId) -> Own: ...

    async def change(self, person: PersonId, chat: ChatId, fold: Fold) -> Own:
        """Apply the change, one of a person's at a time; another state gets the next version."""
        ...

    async def read(self, person: PersonId, chat: ChatId) -> bool:
        """The chat was read: take the mark away. Whether there was one."""
        ...


class OwnNotices(Protocol):
    """The person's open pages."""

    async def changed(self, person: PersonId, chat: ChatId) -> None:
        """Tell them. Lost without a word when Redis is away."""
        ...
