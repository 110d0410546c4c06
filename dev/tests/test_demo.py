"""What the demo will make, before it makes it."""

import random
import struct
import zlib

from nexync_dev.demo import CHATS, MESSAGES, plan
from nexync_dev.drawing import HEIGHT, WIDTH, drawing
from nexync_dev.phrases import NAMES, sentence


def test_the_demo_has_chats_of_every_kind_and_all_messages() -> None:
    plans = plan(NAMES, random.Random(7))
    assert len(plans) == CHATS
    assert sum(one.messages for one in plans) == MESSAGES
    assert all(one.messages >= 20 for one in plans)
    private = [one.members for one in plans if one.title is None]
    assert len({frozenset(pair) for pair in private}) == len(private) == 18
    sizes = sorted(len(one.members) for one in plans if one.title is not None)
    assert sizes[0] == 3
    assert sizes[-1] == len(NAMES) == 12


def test_everyone_has_something_to_read() -> None:
    plans = plan(NAMES, random.Random(7))
    assert {name for one in plans for name in one.members} == set(NAMES)


def test_sentences_vary_and_fit_a_message() -> None:
    dice = random.Random(1)
    said = [sentence(dice) for _ in range(500)]
    assert len(set(said)) > 200
    assert all(0 < len(text.encode()) < 2_000 for text in said)


def test_drawings_are_whole_images_and_vary() -> None:
    """Every chunk has its length and its sum, and the rows fill the size that the header says."""
    made = [drawing(random.Random(seed)) for seed in range(3)]
    assert len(set(made)) == 3
    for one in made:
        chunks: dict[bytes, bytes] = {}
        rest = one.removeprefix(b"\x89PNG\r\n\x1a\n")
        while rest:
            (size,) = struct.unpack("!I", rest[:4])
            kind, data, total = rest[4:8], rest[8 : 8 + size], rest[8 + size : 12 + size]
            assert struct.unpack("!I", total) == (zlib.crc32(kind + data),)
            chunks[kind], rest = data, rest[12 + size :]
        assert struct.unpack("!II", chunks[b"IHDR"][:8]) == (WIDTH, HEIGHT)
        assert len(zlib.decompress(chunks[b"IDAT"])) == HEIGHT * (1 + 3 * WIDTH)
