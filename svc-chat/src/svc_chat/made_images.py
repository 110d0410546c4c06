"""An image made anew, and its way out of the process that makes it.

Apart from `imaging`, which runs in that process only: the service itself needs no decoder, and not its 9 MB.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, cast


class NoImageError(Exception):
    """What came can't be read as an image of a known format, or is larger than allowed."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One stored form of an image."""

    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """An image as it is kept. `width` and `height` are those of `original`; `suffix` is that of its format."""

    width: int
    height: int
    suffix: str
    blur: str
    animated: bool
    variants: tuple[Variant, ...]


def encode_made(made: Made) -> bytes:
    """For the way out of the process: the length of a JSON header, the header, the variants one after another."""
    header = {
        "width": made.width,
        "height": made.height,
        "suffix": made.suffix,
        "blur": made.blur,
        "animated": made.animated,
        "variants": [[one.name, one.type, len(one.data)] for one in made.variants],
    }
    text = json.dumps(header).encode()
    return b"".join((struct.pack("!I", len(text)), text, *(one.data for one in made.variants)))


def decode_made(data: bytes) -> Made:
    """What `encode_made` wrote. Raises NoImageError where the process was ended in between."""
    try:
        (size,) = struct.unpack_from("!I", data)
        header = cast("dict[str, Any]", json.loads(data[4 : 4 + size]))
        position = 4 + size
        variants: list[Variant] = []
        for name, kind, length in header.pop("variants"):
            variants.append(Variant(name, kind, data[position : position + length]))
            position += length
    except (struct.error, ValueError):
        raise NoImageError("reading it was ended") from None
    if position != len(data):
        raise NoImageError("reading it was ended")
    return Made(**header, variants=tuple(variants))
