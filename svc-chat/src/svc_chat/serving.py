"""Who gets which file: members the files of the messages that they see, as the log has it at this moment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from nexync_contracts.attachment_rest import CopyAttachmentBody, UploadView
from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import AttachmentId, ChatId, PersonId
from svc_chat.attaching import ORIGINAL, Attaching, Attachments, Upload, place_of
from svc_chat.errors import NothingThereError
from svc_chat.ports import ChatStore
from svc_chat.timeline import Timelines


@dataclass(frozen=True, slots=True)
class Content:
    """A file to be served: an image may be shown on a page, everything else only saved. `tag` names the content."""

    place: str
    type: str
    size: int
    tag: str
    name: str
    shown: bool


class Contents(Protocol):
    """Bytes in the object store. Raises ObjectsAwayError, NothingThereError."""

    async def open(self, place: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`, exclusive, in chunks."""
        ...


class Pictures(Protocol):
    """Whose picture is what."""

    async def is_shown(self, viewer: PersonId, person: PersonId, picture: AttachmentId) -> bool:
        """Whether it is the person's picture now, and the person didn't block the viewer."""
        ...


class Serving:
    """Raises NothingThereError for everything that isn't for this person, NotYetError."""

    def __init__(
        self,
        *,
        timelines: Timelines,
        chats: ChatStore,
        stored: Callable[[PersonId, ChatId], Awaitable[None]],
        attachments: Attachments,
        pictures: Pictures,
        attaching: Attaching,
    ) -> None:
        self._timelines = timelines
        self._chats = chats
        self._stored = stored
        self._attachments = attachments
        self._pictures = pictures
        self._attaching = attaching

    async def of_message(
        self, me: PersonId, chat: ChatId, file: AttachmentId, message: int, variant: str
    ) -> Content:
        """A file that the message `message` carries, for who is a member now and sees the message."""
        await self._carried(me, chat, file, message)
        return content_of(await self._upload(file), variant)

    async def copy(
        self,
        me: PersonId,
        chat: ChatId,
        file: AttachmentId,
        body: CopyAttachmentBody,
        key: str | None,
    ) -> UploadView:
        """Make a file of a message one's own, to send it elsewhere."""
        await self._carried(me, chat, file, body.message)
        return await self._attaching.copy(await self._upload(file), me, key)

    async def of_person(
        self, me: PersonId, person: PersonId, picture: AttachmentId, variant: str
    ) -> Content:
        """The picture of a person."""
        if not await self._pictures.is_shown(me, person, picture):
            raise NothingThereError
        return content_of(await self._upload(picture), variant)

    async def of_chat(
        self, me: PersonId, chat: ChatId, picture: AttachmentId, variant: str
    ) -> Content:
        """The picture of a group, for its members."""
        await self._stored(me, chat)
        facts = (await self._chats.facts(me, [chat])).get(chat)
        if facts is None or facts.membership.role is None or facts.settings.picture != picture:
            raise NothingThereError
        return content_of(await self._upload(picture), variant)

    async def _carried(
        self, me: PersonId, chat: ChatId, file: AttachmentId, message: int
    ) -> Attachment:
        """A former member reads old texts, but has no files any more: removal ends the access to them."""
        found = await self._timelines.of(chat, me, [message])
        for record in found.items:
            if found.member and isinstance(record.event, MessageCreated):
                for attachment in record.event.attachments:
                    if attachment.id == file:
                        return attachment
        raise NothingThereError

    async def _upload(self, file: AttachmentId) -> Upload:
        upload = await self._attachments.upload(file, None)
        if upload is None or upload.facts is None:
            raise NothingThereError
        return upload


def content_of(upload: Upload, variant: str) -> Content:
    """One variant of a ready upload. Raises NothingThereError for one that it doesn't have."""
    stored = upload.variants.get(variant)
    if stored is None or upload.facts is None:
        raise NothingThereError
    return Content(
        place=place_of(upload.content, variant),
        type=stored.type,
        size=stored.size,
        tag=f'"{upload.content}-{variant}"',
        name=upload.facts.name if variant == ORIGINAL else f"{variant}.webp",
        shown=upload.facts.kind is AttachmentKind.IMAGE,
    )
