"""A zip that is made while it is read."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svc_chat.zipping import PIECE_BYTES, Entry, zipped

NAME = st.text("abcdefghijklmnopqrstuvwxyz0123456789-äß/", min_size=1, max_size=20)


async def content(chunks: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def of(entries: dict[str, list[bytes]], *, packed: bool = False) -> AsyncIterator[Entry]:
    for name, chunks in entries.items():
        yield Entry(name, content(chunks), packed)


@given(
    entries=st.dictionaries(NAME, st.lists(st.binary(max_size=200), max_size=4), max_size=5),
    packed=st.booleans(),
)
def test_what_goes_in_comes_out(entries: dict[str, list[bytes]], *, packed: bool) -> None:
    """Whatever its pieces, made smaller or kept as it is; its sums hold."""

    async def read() -> bytes:
        return b"".join([piece async for piece in zipped(of(entries, packed=packed))])

    with zipfile.ZipFile(io.BytesIO(asyncio.run(read()))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(entries)
        for name, chunks in entries.items():
            assert archive.read(name) == b"".join(chunks)


async def test_little_of_it_is_held() -> None:
    """A chunk is packed in pieces, and each is handed on before the next is looked at."""
    looked = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal looked
        for number in range(50):
            looked += 1
            # Hardly to be packed any smaller.
            yield bytes((number * one * one) % 251 for one in range(2 * PIECE_BYTES))

    async def entries() -> AsyncIterator[Entry]:
        yield Entry("long", chunks())

    pieces = zipped(entries())
    first = await anext(aiter(pieces))
    assert looked == 1
    assert len(first) <= 2 * PIECE_BYTES


async def test_one_that_breaks_off_is_no_archive() -> None:
    """Whoever has it finds out: the directory at its end is missing."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        raise OSError("away")

    async def entries() -> AsyncIterator[Entry]:
        yield Entry("whole", content([b"one"]))
        yield Entry("broken", broken())

    got = b""

    async def read() -> None:
        nonlocal got
        async for piece in zipped(entries()):
            got += piece

    with pytest.raises(OSError, match="away"):
        await read()
    assert got
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(got))
