"""What a file is, by its own first bytes. What its name or its sender says is never asked. Pure."""

from typing import Final

import filetype  # pyright: ignore[reportMissingTypeStubs]

UNKNOWN: Final = "application/octet-stream"

_IMAGES: Final = (
    (b"\xff\xd8\xff", 0),
    (b"\x89PNG\r\n\x1a\n", 0),
    (b"GIF87a", 0),
    (b"GIF89a", 0),
    (b"WEBP", 8),
)
"""Beginnings of the formats that are shown on the page, after being made anew."""

HEAD_BYTES: Final = 512


def is_image(head: bytes) -> bool:
    """Whether the file must be readable as one of the image formats that are shown."""
    return any(head[at : at + len(magic)] == magic for magic, at in _IMAGES)


def type_of(head: bytes) -> str:
    """A media type to tell people; files are served as octets whatever it is."""
    kind = filetype.guess(head[:HEAD_BYTES])  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return UNKNOWN if kind is None else str(kind.mime)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
