"""Files and images: what a message tells of those that it carries."""

import unicodedata
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.ids import AttachmentIdField, no_control
from nexync_contracts.model import Tolerant

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _file_name(text: str) -> str:
    if any(character in "/\\" or unicodedata.category(character) in _HIDDEN for character in text):
        msg = "a file's name has no slashes, control characters or others that can't be seen"
        raise ValueError(msg)
    return text


FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.FILE_NAME_CHARS, strip_whitespace=True),
    AfterValidator(_file_name),
    Field(examples=["report.pdf"]),
]
"""What a file is called, without a folder and without characters that hide or turn around its ending."""

MediaType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100),
    Field(examples=["image/webp"]),
]
"""A media type as the server found it in the content; what the sender's machine says of it is never asked for."""

AltText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.ALT_CHARS, strip_whitespace=True),
    AfterValidator(no_control),
    Field(examples=["A red boat on a lake"]),
]
"""What an image shows, in words, in one line: read out to those who can't see it."""

Blur = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=limits.BLUR_CHARS),
    Field(examples=["UklGRg=="]),
]


class AttachmentKind(StrEnum):
    """An image can be looked at on the page; everything else is a file to be saved."""

    IMAGE = "image"
    FILE = "file"


class Attachment(Tolerant):
    """What is known of a file before any of it is loaded; it never changes once a message has it.

    `size` is what a download has, bytes. An image has `width` and `height` in pixels, as it is to be shown, and
    `blur`, base64 of a WebP of a few pixels to show until it is there. `animated` ones move. `alt` is what its author
    says that an image shows; without one, its name stands for it.
    """

    id: AttachmentIdField
    kind: AttachmentKind
    name: FileName
    type: MediaType
    size: Annotated[int, Field(ge=0)]
    width: Annotated[int | None, Field(ge=1, le=limits.IMAGE_SIDE)] = None
    height: Annotated[int | None, Field(ge=1, le=limits.IMAGE_SIDE)] = None
    blur: Blur | None = None
    animated: bool = False
    alt: AltText | None = None


Attachments = Annotated[tuple[Attachment, ...], Field(max_length=limits.MESSAGE_ATTACHMENTS)]
AttachmentIds = Annotated[
    tuple[AttachmentIdField, ...], Field(max_length=limits.MESSAGE_ATTACHMENTS)
]
