"""What people say of themselves, what they allow others, and whom they blocked."""

from collections.abc import Callable
from typing import TypeVar

from nexync_contracts.ids import PersonId
from nexync_contracts.limits import PAGE_MAX, PROFILE_GROUPS, PROFILE_PEOPLE
from nexync_contracts.profile_rest import (
    CommonGroup,
    OwnProfile,
    PrivacyBody,
    PrivacyView,
    ProfileBody,
    ProfileView,
)
from nexync_contracts.rest import PeoplePage, PersonView
from svc_chat.errors import InvalidError, NothingThereError
from svc_chat.ports import PeopleStore, ProfileStore
from svc_chat.relations import view_of


class Profiles:
    """`changed` is called after a change is committed, so that the outbox is relayed at once."""

    def __init__(
        self, profiles: ProfileStore, people: PeopleStore, changed: Callable[[], None]
    ) -> None:
        self._profiles = profiles
        self._people = people
        self._changed = changed

    async def of(self, viewer: PersonId, person: PersonId) -> ProfileView:
        """A person's page as the viewer may see it. Raises NothingThereError."""
        found = await self._profiles.profile(viewer, person, PROFILE_PEOPLE, PROFILE_GROUPS)
        if found is None:
            raise NothingThereError
        return ProfileView(
            person=view_of(found.row).model_copy(update={"mutual": found.mutual}),
            bio=found.bio,
            connections=found.connections,
            acquaintances=tuple(view_of(one) for one in found.acquaintances),
            groups=tuple(CommonGroup(chat=chat, name=name) for chat, name in found.groups),
            group_count=found.group_count,
        )

    async def own(self, me: PersonId) -> OwnProfile:
        """What one says of oneself."""
        return _there(await self._profiles.own(me))

    async def change(self, me: PersonId, body: ProfileBody) -> OwnProfile:
        """Change name or bio; what is left out stays, an empty name gives the username back."""
        return _there(await self._profiles.change(me, body.name, body.bio))

    async def privacy(self, me: PersonId) -> PrivacyView:
        """What one allows others."""
        return await self._profiles.privacy(me)

    async def settle(self, me: PersonId, body: PrivacyBody) -> PrivacyView:
        """Change what one allows others; what is left out stays."""
        return await self._profiles.settle(me, body)

    async def blocked(self, me: PersonId) -> PeoplePage:
        """Whom one blocked, the newest first."""
        rows = await self._people.blocked(me, PAGE_MAX)
        return PeoplePage(people=tuple(view_of(row) for row in rows))

    async def block(self, me: PersonId, other: PersonId) -> PersonView:
        """Block; ends a connection. Repeating changes nothing. Raises NothingThereError."""
        if me == other:
            raise InvalidError(("path", "person"), "one can't block oneself")
        row = await self._people.block(me, other)
        self._changed()
        return view_of(_there(row))

    async def unblock(self, me: PersonId, other: PersonId) -> PersonView:
        """Take a block back. Repeating changes nothing. Raises NothingThereError."""
        row = await self._people.unblock(me, other)
        self._changed()
        return view_of(_there(row))


_T = TypeVar("_T")


def _there(found: _T | None) -> _T:
    if found is None:
        raise NothingThereError
    return found
