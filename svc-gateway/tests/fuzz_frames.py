"""Millions of inputs against what reads a client's bytes: the frame decoder and the conversation behind it.

    .venv/bin/python svc-gateway/tests/fuzz_frames.py --inputs 10000000

An input is what one client sends: whole frames of the contract, broken in one of many ways or not at all, in one
piece or in several. Nothing that it sends may raise, and nothing may make the decoder keep more than its bound. Inputs
come in batches whose number is their seed, so that what was found can be found again (`--first N --inputs 10000`).
"""

import argparse
import json
import random
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from nexync_contracts import limits
from svc_gateway.conversation import Close, Conversation
from svc_gateway.framing import TEXT, Decoder, Message

BATCH: Final = 10_000
_ID: Final = "01890a5d-ac96-774b-bcce-b302099a8057"
_CHAT: Final = "00000000-0000-4000-8000-00000000000c"
_RESUME: Final[dict[str, Any]] = {"t": "resume", "heads": {}}
_FRAMES: Final[tuple[dict[str, Any], ...]] = (
    _RESUME,
    {"t": "resume", "heads": {f"c:{_CHAT}": {"epoch": 1, "seq": 7}}},
    {"t": "send", "id": _ID, "chat": _CHAT, "body": "tea?"},
    {"t": "send", "id": _ID, "chat": _CHAT, "body": "é\u0000\ud83c\udf75" * 9, "reply_to": 3},
    {"t": "edit", "id": _ID, "chat": _CHAT, "target": 3, "body": "coffee"},
    {"t": "delete", "id": _ID, "chat": _CHAT, "target": 3},
    {"t": "react", "id": _ID, "chat": _CHAT, "target": 3, "emoji": "👍", "on": True},
    {"t": "repair", "stream": f"c:{_CHAT}", "after": 3},
    {"t": "check", "heads": {}},
    {"t": "look", "stream": f"c:{_CHAT}"},
    {"t": "typing", "chat": _CHAT},
    {"t": "ping"},
)
_TEXTS: Final = tuple(json.dumps(frame).encode() for frame in _FRAMES)
_PIECES: Final = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"null",
    b"NaN",
    b"1e999",
    b"-0",
    b"9" * 40,
    b'"' * 7,
    b"[" * 300,
    b'{"t":' * 200,
    b"\\ud800",
    b'{"t":"send","t":"ping"}',
    b"\xf0\x9f\x8d\xb5",
)
_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    2**53,
    2**80,
    1.5,
    "",
    "x" * 300,
    [],
    {},
    [[]],
    {"t": {}},
)

Mutation = Callable[[random.Random, bytes], bytes]


def frame(
    payload: bytes, opcode: int, *, final: bool = True, mask: bytes = b"\0\0\0\0", claims: int = -1
) -> bytes:
    """A masked client frame; `claims` is the length that it names, when that isn't the true one."""
    size = len(payload) if claims < 0 else claims
    first = (0x80 if final else 0) | opcode
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    if mask != b"\0\0\0\0":
        payload = bytes(byte ^ mask[at & 3] for at, byte in enumerate(payload))
    return head + mask + payload


def _flip(rng: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    broken = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _insert(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_PIECES) + data[at:]


def _splice(rng: random.Random, data: bytes) -> bytes:
    other = rng.choice(_TEXTS)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


def _noise(rng: random.Random, data: bytes) -> bytes:
    del data
    return rng.randbytes(rng.randrange(40))


def _value(rng: random.Random, data: bytes) -> bytes:
    """One field with another value, or one more."""
    del data
    changed = dict(rng.choice(_FRAMES))
    changed[rng.choice([*changed, "extra"])] = rng.choice(_VALUES)
    return json.dumps(changed).encode()


def _same(rng: random.Random, data: bytes) -> bytes:
    del rng
    return data


_MUTATIONS: Final[tuple[Mutation, ...]] = (_flip, _cut, _insert, _splice, _noise, _value, _same)


def made(rng: random.Random) -> bytes:
    """One input."""
    text = rng.choice(_MUTATIONS)(rng, rng.choice(_TEXTS))
    mask = b"\0\0\0\0" if rng.random() < 0.8 else rng.randbytes(4)
    kind = rng.random()
    if kind < 0.6:
        data = frame(text, TEXT, mask=mask)
    elif kind < 0.7:
        data = frame(text[:125], rng.randrange(16), final=rng.random() < 0.7, mask=mask)
    elif kind < 0.8:
        half = len(text) // 2
        data = frame(text[:half], TEXT, final=False, mask=mask) + frame(text[half:], 0, mask=mask)
    elif kind < 0.9:
        claims = rng.choice((0, 125, 126, 65_535, 65_536, 65_537, 2**31, 2**62, 2**63, 2**64 - 1))
        data = frame(text, TEXT, mask=mask, claims=claims)
    else:
        data = rng.choice(_MUTATIONS)(rng, frame(text, TEXT, mask=mask))
    return data if rng.random() < 0.8 else rng.choice(_MUTATIONS)(rng, data)


def read(rng: random.Random, data: bytes) -> tuple[int, int]:
    """Read an input as a gateway reads a client: messages that came out, and how many of them meant something."""
    decoder, talk = Decoder(limits.FRAME_BYTES), Conversation()
    talk.receive(_TEXTS[0], 0.0, 0)
    pieces = [data]
    if len(data) > 1 and rng.random() < 0.3:
        at = rng.randrange(1, len(data))
        pieces = [data[:at], data[at:]]
    messages: list[Message] = []
    for piece in pieces:
        found, error = decoder.feed(piece)
        messages += found
        kept = len(decoder._rest)  # pyright: ignore[reportPrivateUsage] - the bound is on what it keeps
        if kept > limits.FRAME_BYTES + 14:
            raise AssertionError(f"the decoder keeps {kept} bytes")
        if error is not None:
            break
    good = 0
    for message in messages:
        if message.opcode == TEXT:
            step = talk.receive(message.payload, 0.0, 0)
            good += not isinstance(step, Close)
    return len(messages), good


def run(first: int, inputs: int, tell: Callable[[int], None]) -> dict[str, int]:
    """So many inputs from a batch on. Raises what reading raised, with a note that names the input."""
    counts = {"inputs": 0, "messages": 0, "taken": 0}
    for batch in range(first, first + -(-inputs // BATCH)):
        rng = random.Random(batch)
        for _ in range(min(BATCH, inputs - counts["inputs"])):
            data = made(rng)
            try:
                messages, good = read(rng, data)
            except Exception as error:
                error.add_note(f"batch {batch}, input {data.hex()}")
                raise
            counts["inputs"] += 1
            counts["messages"] += messages
            counts["taken"] += good
        tell(counts["inputs"])
    return counts


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="the first batch's number")
    given = parser.parse_args()
    began = time.monotonic()

    def tell(done: int) -> None:
        if done % 1_000_000 == 0:
            sys.stdout.write(f"{done:,} inputs, {time.monotonic() - began:.0f} s\n")
            sys.stdout.flush()

    counts = run(given.first, given.inputs, tell)
    sys.stdout.write(
        f"{counts['inputs']:,} inputs, {counts['messages']:,} messages read, {counts['taken']:,} of them text that "
        f"was answered or taken, 0 crashes, {time.monotonic() - began:.0f} s\n"
    )


if __name__ == "__main__":
    main()
