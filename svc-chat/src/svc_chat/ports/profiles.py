"""What people say of themselves and allow others."""

from typing import NamedTuple, Protocol

from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.profile_rest import OwnProfile, PrivacyBody, PrivacyView
from svc_chat.ports.people import PersonRow


class ProfileRow(NamedTuple):
    """A person's page for one viewer: `mutual` and `group_count` count, the lists hold the first few."""

    row: PersonRow
    bio: str
    connections: int
    mutual: int
    acquaintances: tuple[PersonRow, ...]
    group_count: int
    groups: tuple[tuple[ChatId, str], ...]


class ProfileStore(Protocol):
    """What people say of themselves and allow others."""

    async def profile(
        self, viewer: PersonId, person: PersonId, people: int, groups: int
    ) -> ProfileRow | None:
        """The page, with at most so many people and groups; None when there is no such person."""
        ...

    async def own(self, person: PersonId) -> OwnProfile | None: ...

    async def change(
        self, person: PersonId, name: str | None, bio: str | None
    ) -> OwnProfile | None:
        """Change what is not None; an empty name gives the username back."""
        ...

    async def privacy(self, person: PersonId) -> PrivacyView: ...

    async def settle(self, person: PersonId, changes: PrivacyBody) -> PrivacyView:
        """Change what is not None; the settings as they are now."""
        ...
