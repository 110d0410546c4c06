"""Pictures of people and groups: uploads that were made for it, set and taken away."""

from typing import Protocol

from nexync_contracts.commands import SetPicture
from nexync_contracts.ids import AttachmentId, ChatId, PersonId
from nexync_contracts.profile_rest import OwnProfile
from nexync_contracts.rest import CommandDone
from svc_chat.commanding import Actor, Commanding
from svc_chat.errors import NothingThereError


class PictureStore(Protocol):
    """Pictures in Postgres."""

    async def of_person(self, person: PersonId, picture: AttachmentId | None) -> OwnProfile | None:
        """Set it, and let go of the one before; None when the picture isn't a ready one of the person's."""
        ...

    async def admit_picture(self, person: PersonId, picture: AttachmentId) -> bool:
        """Whether it is a ready picture of the person's; it isn't removed for a day."""
        ...


class Picturing:
    """Raises NothingThereError for what isn't a ready picture of one's own, and the errors of Commanding."""

    def __init__(self, store: PictureStore, commanding: Commanding) -> None:
        self._store = store
        self._commanding = commanding

    async def of_person(self, me: PersonId, picture: AttachmentId | None) -> OwnProfile:
        """Give oneself a picture, or take it away."""
        profile = await self._store.of_person(me, picture)
        if profile is None:
            raise NothingThereError
        return profile

    async def of_chat(
        self, actor: Actor, chat: ChatId, picture: AttachmentId | None
    ) -> CommandDone:
        """Give a group a picture, or take it away. The log judges, so that a repetition has the first's outcome."""
        ready = picture is None or await self._store.admit_picture(actor.person, picture)
        return await self._commanding.change(actor, chat, SetPicture(picture=picture, ready=ready))
