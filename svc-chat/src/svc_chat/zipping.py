"""A zip that is made while it is read: nothing of it is held but a piece, and nothing is written to a disk."""

import zipfile
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

PIECE_BYTES: Final = 32 * 1024
"""So much is packed at once: a millisecond or two between two turns of the event loop."""


class Entry(NamedTuple):
    """A name in the archive and its content. What is `packed` already, as images are, is kept as it is."""

    name: str
    content: AsyncIterator[bytes]
    packed: bool = False


class _Sink:
    """What the archive writes to. It can't seek, so sizes follow the contents (PKWARE APPNOTE, 4.3.9)."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it until it is taken."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


async def zipped(
    entries: AsyncIterator[Entry],
) -> AsyncIterator[bytes]:
    """The archive of these entries, in pieces.

    Whatever an entry raises ends the stream without the directory at the end of the archive, so that no reader takes
    it for whole.
    """
    sink = _Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]  # it only writes
    async for one in entries:
        header = zipfile.ZipInfo(one.name)
        header.compress_type = zipfile.ZIP_STORED if one.packed else zipfile.ZIP_DEFLATED
        with archive.open(header, "w") as entry:
            async for chunk in one.content:
                for start in range(0, len(chunk), PIECE_BYTES):
                    entry.write(chunk[start : start + PIECE_BYTES])
                    if packed := sink.take():
                        yield packed
    archive.close()
    yield sink.take()
