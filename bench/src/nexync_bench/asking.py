"""Requests over one kept connection, with next to no work of the client: what is measured is the service's time."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlencode

ANSWER_SECONDS: Final = 30


class Asking:
    """GET of a service at this machine, one at a time. Answers need a Content-Length, as all of ours have."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Mapping[str, str]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def get(self, path: str, query: Mapping[str, str | int]) -> tuple[int, bytes]:
        """Status and body. Raises TimeoutError after 30 s, ConnectionError when the connection ends before."""
        head = f"GET {path}?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._headers}\r\n"
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._writer.write(head.encode("latin-1"))
                answer = await self._reader.readuntil(b"\r\n\r\n")
                return _status(answer), await self._reader.readexactly(_length(answer))
        except asyncio.IncompleteReadError as error:
            msg = f"{path}: the connection ended after {len(error.partial)} bytes"
            raise ConnectionError(msg) from None


def _status(head: bytes) -> int:
    return int(head.split(b" ", 2)[1])


def _length(head: bytes) -> int:
    """Bytes of the body that the head announces. Raises ConnectionError when it doesn't."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    msg = f"no Content-Length in {head!r}"
    raise ConnectionError(msg)


@asynccontextmanager
async def asking(port: int, headers: Mapping[str, str]) -> AsyncGenerator[Asking]:
    """A connection to that port of this machine for the block; `headers` go with every request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Asking(reader, writer, headers)
    finally:
        writer.close()
        await writer.wait_closed()
