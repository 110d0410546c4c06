"""The client that reading is timed with: bodies whole, errors told, one connection for all."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from nexync_bench.asking import asking

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def asked(serve: Serve, times: int) -> list[tuple[int, bytes]]:
    """The answers of a server that `serve` is the whole of, over one connection."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with asking(server.sockets[0].getsockname()[1], {"Cookie": "a=b"}) as http:
            return [await http.get("/api/x", {"q": f"{number} ä"}) for number in range(times)]
    finally:
        server.close()


async def test_each_answer_is_read_to_its_end() -> None:
    """Also one that is larger than what a stream takes at once, and comes in parts."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for status, size in ((b"200 OK", 300_000), (b"404 Not Found", 0), (b"200 OK", 3)):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 %b\r\nX: y\r\ncontent-LENGTH: %d\r\n\r\n" % (status, size))
            writer.write(b"x" * (size // 2))
            await writer.drain()
            writer.write(b"x" * (size - size // 2))
        writer.close()

    assert await asked(serve, 3) == [(200, b"x" * 300_000), (404, b""), (200, b"xxx")]
    assert heads[1].startswith(b"GET /api/x?q=1+%C3%A4 HTTP/1.1\r\n")
    assert b"\r\nCookie: a=b\r\n" in heads[2]


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\n\r\n"]
)
async def test_what_is_no_whole_answer_is_an_error(answer: bytes) -> None:
    """Broken off, or of a length that nobody says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    with pytest.raises(ConnectionError):
        await asked(serve, 1)
