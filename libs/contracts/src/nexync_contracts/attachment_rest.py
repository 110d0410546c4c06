"""Bodies of the REST API about files: their way up in parts, and what became of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.attachments import AltText, Attachment, FileName
from nexync_contracts.ids import AttachmentIdField, PersonIdField
from nexync_contracts.message_events import Target
from nexync_contracts.model import Exact, Tolerant


class Purpose(StrEnum):
    """What a file is for: to be sent in messages, or to be the picture of a person or a group."""

    MESSAGE = "message"
    PICTURE = "picture"


class CreateAttachmentBody(Exact):
    """A file that is going to be uploaded: `size` in bytes, exactly."""

    name: FileName
    size: Annotated[int, Field(ge=1, le=limits.ATTACHMENT_BYTES)]
    purpose: Purpose = Purpose.MESSAGE


class UploadView(Tolerant):
    """How far an upload is: `received` of `size` bytes are there. With `attachment` it is ready to be sent."""

    id: AttachmentIdField
    size: Annotated[int, Field(ge=1)]
    received: Annotated[int, Field(ge=0)]
    attachment: Attachment | None = None


class DescribeAttachmentBody(Exact):
    """What an image shows; null takes the words away."""

    alt: AltText | None


class CopyAttachmentBody(Exact):
    """`message` is the seq of the message that carries the file."""

    message: Target


class UsageView(Tolerant):
    """Bytes that one's files take, and how many they may."""

    used: Annotated[int, Field(ge=0)]
    quota: Annotated[int, Field(ge=0)]


class AttachmentsAsk(Exact):
    """Which of these attachments may this person send? Asked by gateways."""

    person: PersonIdField
    attachments: Annotated[
        tuple[AttachmentIdField, ...], Field(max_length=limits.MESSAGE_ATTACHMENTS)
    ]


class AttachmentsFound(Tolerant):
    """Those that are the person's and ready; the others are left out."""

    attachments: Annotated[tuple[Attachment, ...], Field(max_length=limits.MESSAGE_ATTACHMENTS)]


class PictureBody(Exact):
    """An upload that was made to be a picture; null takes the picture away."""

    picture: AttachmentIdField | None
