"""Uploads: begun, written in parts, looked at when they are whole, and then sent, copied or given up.

An upload belongs to whoever began it until a message carries it; from then on its messages say who may have it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, NamedTuple, Protocol

from nexync_contracts.attachment_rest import (
    AttachmentsFound,
    CreateAttachmentBody,
    DescribeAttachmentBody,
    Purpose,
    UploadView,
    UsageView,
)
from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.ids import AttachmentId, PersonId
from nexync_contracts.limits import ATTACHMENT_PART_BYTES, FILE_NAME_CHARS
from svc_chat import metrics, sniffing
from svc_chat.errors import (
    ConflictError,
    FileRefusedError,
    InvalidError,
    NothingThereError,
)
from svc_chat.identifiers import attachment_id, new_name
from svc_chat.made_images import Made, NoImageError

ORIGINAL: Final = "original"


class Stored(NamedTuple):
    """One variant in the object store: its media type and its bytes."""

    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as it is kept. `facts` and `variants` are there once it is ready."""

    id: AttachmentId
    owner: PersonId
    purpose: Purpose
    name: str
    size: int
    received: int
    parts: tuple[str, ...]
    content: str
    facts: Attachment | None
    variants: dict[str, Stored]


class Attachments(Protocol):
    """Uploads in Postgres."""

    async def begin(self, upload: Upload, quota: int) -> Upload:
        """Keep it, or find what was begun with its id. Raises QuotaFullError, TooManyError."""
        ...

    async def upload(self, file: AttachmentId, owner: PersonId | None) -> Upload | None:
        """The owner's upload; with None anybody's."""
        ...

    async def received(self, upload: Upload, part: str, size: int) -> Upload | None:
        """One part more, if the upload is as far as `upload` says; None if it isn't."""
        ...

    async def ready(
        self, upload: Upload, facts: Attachment, variants: dict[str, Stored]
    ) -> Upload | None:
        """It is made, and its parts may go; None when it was given up meanwhile. Repeating changes nothing."""
        ...

    async def describe(self, file: AttachmentId, owner: PersonId, alt: str | None) -> Upload | None:
        """Another alt text of a ready upload that was never asked about in order to send it; None for all others."""
        ...

    async def drop(self, file: AttachmentId, owner: PersonId) -> bool:
        """Forget an upload that no message has or is going to have; False for all others."""
        ...

    async def discard(self, folder: str) -> None:
        """Have a folder of the object store removed that nothing refers to."""
        ...

    async def copy(
        self, upload: Upload, copy: AttachmentId, owner: PersonId, quota: int
    ) -> Upload | None:
        """Another upload with the same content; None when the first is gone. Raises like `begin`."""
        ...

    async def admit(self, person: PersonId, files: Sequence[AttachmentId]) -> list[Attachment]:
        """Those that are the person's, ready and for messages; none of them is removed for a day."""
        ...

    async def used(self, owner: PersonId) -> int:
        """Bytes that count towards the quota."""
        ...


class Objects(Protocol):
    """The object store. Every method raises ObjectsAwayError."""

    async def put(self, path: str, data: bytes) -> None: ...

    async def get(self, path: str) -> bytes | None: ...


class Images(Protocol):
    """Makes images anew, a few at a time."""

    async def make(self, data: bytes, *, square: bool) -> Made:
        """Raises NoImageError, BusyError."""
        ...


class Attaching:
    """Raises NothingThereError for what isn't one's own, InvalidError, and the errors of its ports."""

    def __init__(self, store: Attachments, objects: Objects, images: Images, *, quota: int) -> None:
        self._store = store
        self._objects = objects
        self._images = images
        self._quota = quota

    async def begin(self, me: PersonId, key: str | None, body: CreateAttachmentBody) -> UploadView:
        """Begin an upload. Raises QuotaFullError, TooManyError."""
        upload = Upload(
            id=attachment_id(me, key),
            owner=me,
            purpose=body.purpose,
            name=body.name,
            size=body.size,
            received=0,
            parts=(),
            content=new_name(),
            facts=None,
            variants={},
        )
        return view_of(await self._store.begin(upload, self._quota))

    async def usage(self, me: PersonId) -> UsageView:
        """How much room one's files take."""
        return UsageView(used=await self._store.used(me), quota=self._quota)

    async def state(self, me: PersonId, file: AttachmentId) -> UploadView:
        """How far it is."""
        return view_of(await self._own(me, file))

    async def write(self, me: PersonId, file: AttachmentId, offset: int, data: bytes) -> UploadView:
        """The bytes from `offset` on. Raises ConflictError when that isn't where it goes on.

        Two who write at once can't mix: each part is an object of its own, and only one of them is counted.
        """
        upload = await self._own(me, file)
        if upload.facts is not None or offset != upload.received:
            raise ConflictError(f"the upload goes on from byte {upload.received}")
        if not data or len(data) > ATTACHMENT_PART_BYTES:
            message = f"a part has 1 to {ATTACHMENT_PART_BYTES} bytes"
            raise InvalidError(("body",), message)
        if offset + len(data) > upload.size:
            message = f"the upload was begun with {upload.size} bytes, and this goes beyond"
            raise InvalidError(("body",), message)
        part = f"{folder_of_parts(file)}/{offset:08d}-{new_name()}"
        await self._objects.put(part, data)
        written = await self._store.received(upload, part, len(data))
        if written is None:
            if await self._store.upload(file, me) is None:
                await self._store.discard(folder_of_parts(file))
                raise NothingThereError
            raise ConflictError("somebody else has written here; ask how far it is")
        return view_of(written)

    async def finish(self, me: PersonId, file: AttachmentId) -> UploadView:
        """Make it ready. Raises ConflictError while bytes lack, FileRefusedError; what is refused is forgotten."""
        upload = await self._own(me, file)
        if upload.facts is not None:
            return view_of(upload)
        if upload.received != upload.size:
            raise ConflictError(f"{upload.received} of {upload.size} bytes are there")
        data = await self._whole(upload)
        try:
            facts, contents = await self._made(upload, data)
        except FileRefusedError:
            await self._store.drop(file, me)
            metrics.FILES.labels("refused").inc()
            raise
        variants: dict[str, Stored] = {}
        for name, (kind, content) in contents.items():
            await self._objects.put(place_of(upload.content, name), content)
            variants[name] = Stored(kind, len(content))
        made = await self._store.ready(upload, facts, variants)
        if made is None:
            await self._store.discard(folder_of_content(upload.content))
            raise NothingThereError
        metrics.FILES.labels(facts.kind.value).inc()
        return view_of(made)

    async def describe(
        self, me: PersonId, file: AttachmentId, body: DescribeAttachmentBody
    ) -> UploadView:
        """Say what an image shows. Raises ConflictError before it is ready, and when a message may have it."""
        upload = await self._own(me, file)
        if upload.facts is None:
            raise ConflictError("the upload isn't ready; finish it first")
        if upload.facts.kind is not AttachmentKind.IMAGE or upload.purpose is not Purpose.MESSAGE:
            raise InvalidError(("body", "alt"), "only an image of a message has one")
        described = await self._store.describe(file, me, body.alt)
        if described is None:
            raise ConflictError("a message has it, and what it says of it stays")
        return view_of(described)

    async def drop(self, me: PersonId, file: AttachmentId) -> None:
        """Give up what wasn't sent. Raises ConflictError when a message may be on its way with it."""
        await self._own(me, file)
        if not await self._store.drop(file, me):
            raise ConflictError("a message has it")

    async def admit(self, person: PersonId, files: Sequence[AttachmentId]) -> AttachmentsFound:
        """What a gateway asks before a message goes into the log."""
        return AttachmentsFound(attachments=tuple(await self._store.admit(person, files)))

    async def copy(self, upload: Upload, me: PersonId, key: str | None) -> UploadView:
        """Another upload with the same content, of one's own. Who may is the caller's business."""
        copy = await self._store.copy(upload, attachment_id(me, key), me, self._quota)
        if copy is None:
            raise NothingThereError
        return view_of(copy)

    async def _own(self, me: PersonId, file: AttachmentId) -> Upload:
        upload = await self._store.upload(file, me)
        if upload is None:
            raise NothingThereError
        return upload

    async def _whole(self, upload: Upload) -> bytes:
        data = bytearray()
        for part in upload.parts:
            found = await self._objects.get(part)
            if found is None:
                raise NothingThereError
            data += found
        return bytes(data)

    async def _made(
        self, upload: Upload, data: bytes
    ) -> tuple[Attachment, dict[str, tuple[str, bytes]]]:
        square = upload.purpose is Purpose.PICTURE
        if not sniffing.is_image(data[: sniffing.HEAD_BYTES]):
            if square:
                raise FileRefusedError("a picture is a JPEG, PNG, WebP or GIF")
            facts = Attachment(
                id=upload.id,
                kind=AttachmentKind.FILE,
                name=upload.name,
                type=sniffing.type_of(data),
                size=len(data),
            )
            return facts, {ORIGINAL: (sniffing.UNKNOWN, data)}
        try:
            made = await self._images.make(data, square=square)
        except NoImageError as error:
            raise FileRefusedError(f"the image was not taken: {error}") from None
        contents = {one.name: (one.type, one.data) for one in made.variants}
        kind, original = contents[ORIGINAL]
        facts = Attachment(
            id=upload.id,
            kind=AttachmentKind.IMAGE,
            name=named(upload.name, made.suffix),
            type=kind,
            size=len(original),
            width=made.width,
            height=made.height,
            blur=made.blur,
            animated=made.animated,
        )
        return facts, contents


def named(name: str, suffix: str) -> str:
    """The name with the ending of what it is now, so that a saved file opens."""
    path = PurePosixPath(name)
    if path.suffix.lower() == suffix or (path.suffix.lower() == ".jpeg" and suffix == ".jpg"):
        return name
    return (path.stem[: FILE_NAME_CHARS - len(suffix)] or "image") + suffix


def folder_of_parts(file: AttachmentId) -> str:
    """Where the parts of an upload are."""
    return f"uploads/{file}"


def folder_of_content(content: str) -> str:
    """Where the variants of a ready file are."""
    return f"files/{content}"


def place_of(content: str, variant: str) -> str:
    """Where one variant is."""
    return f"{folder_of_content(content)}/{variant}"


def view_of(upload: Upload) -> UploadView:
    """The contract of an upload."""
    ready = upload.facts is not None
    size = upload.received if ready else upload.size
    return UploadView(id=upload.id, size=size, received=upload.received, attachment=upload.facts)
