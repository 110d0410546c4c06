"""Groups and their members."""

from typing import NamedTuple, Protocol

from nexync_contracts.events import Role
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.retention import Retention
from nexync_streams.group_settings import GroupSettings
from svc_chat.ports.chats import MemberRow


class GroupFacts(NamedTuple):
    """A group and one person's role in it; None for who isn't a member."""

    partition: int
    name: str | None
    settings: GroupSettings
    member_count: int
    role: Role | None


class MemberPlace(NamedTuple):
    """Where a member stands in the list of a group's members."""

    role: str
    from_seq: int
    person: PersonId


class GroupStore(Protocol):
    """Groups in Postgres."""

    async def group(self, chat: ChatId, person: PersonId) -> GroupFacts | None:
        """The group; None for what isn't one."""
        ...

    async def workspace_retention(self) -> Retention:
        """The class that holds where a group has chosen none."""
        ...

    async def members(
        self, chat: ChatId, after: MemberPlace, limit: int
    ) -> list[tuple[MemberRow, MemberPlace]]:
        """Present members behind that place, each with its own."""
        ...
