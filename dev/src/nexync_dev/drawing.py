"""Images for the demo: a few soft discs on a plain ground, as PNG."""

import random
import struct
import zlib
from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 160
_GROUNDS: Final = ((244, 239, 230), (228, 238, 240), (236, 232, 244))
_INKS: Final = ((214, 118, 92), (66, 126, 136), (226, 178, 88), (112, 98, 152))


def drawing(dice: random.Random) -> bytes:
    """Another one for each throw of the dice."""
    ground = dice.choice(_GROUNDS)
    discs = [
        (dice.randrange(WIDTH), dice.randrange(HEIGHT), dice.randrange(18, 52), dice.choice(_INKS))
        for _ in range(5)
    ]
    rows = bytearray()
    for y in range(HEIGHT):
        row = bytearray(bytes(ground) * WIDTH)
        for left, top, radius, ink in discs:
            half = int(max(0, radius**2 - (y - top) ** 2) ** 0.5)
            start, end = max(0, left - half), min(WIDTH, left + half)
            if start < end:
                row[3 * start : 3 * end] = bytes(ink) * (end - start)
        rows += b"\0" + row
    header = struct.pack("!IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
