"""A zip that is made while it is read: nothing of it is held but a piece, and nothing is written to a disk."""

import zipfile
from collections.abc import AsyncIterator
from typing import Final

PIECE_BYTES: Final = 32 * 1024
"""So much is packed at once: a millisecond or two between two turns of the event loop."""


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
    entries: AsyncIterator[tuple[str, AsyncIterator[bytes]]],
) -> AsyncIterator[bytes]:
    """The archive of these entries, a name with its content each, in pieces.

    Whatever an entry raises ends the stream without the directory at the end of the archive, so that no reader takes
    it for whole.
    """
    sink = _Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]  # it only writes
    async for name, chunks in entries:
        with archive.open(name, "w") as entry:
            async for chunk in chunks:
                for start in range(0, len(chunk), PIECE_BYTES):
                    entry.write(chunk[start : start + PIECE_BYTES])
                    if packed := sink.take():
                        yield packed
    archive.close()
    yield sink.take()
