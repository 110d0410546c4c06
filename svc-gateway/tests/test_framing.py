"""Frames against the library's own encoder, in any split."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from svc_gateway import framing
from svc_gateway.framing import Decoder, Message

PAYLOADS = st.one_of(
    st.binary(max_size=300), st.sampled_from([b"x" * 125, b"x" * 126, b"x" * 16_384])
)


@given(PAYLOADS)
def test_encoding_is_the_shortest_form(payload: bytes) -> None:
    assert framing.encode_text(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


def test_encoding_with_a_64_bit_length() -> None:
    payload = b"x" * 65_536
    assert framing.encode_text(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@given(st.lists(PAYLOADS, max_size=5), st.randoms())
def test_any_split_decodes_to_the_same_messages(
    payloads: list[bytes], source: random.Random
) -> None:
    data = b"".join(Frame(Opcode.TEXT, payload).serialize(mask=True) for payload in payloads)
    decoder = Decoder(16_384)
    found: list[Message] = []
    while data:
        size = source.randint(1, len(data))
        messages, error = decoder.feed(data[:size])
        assert error is None
        found += messages
        data = data[size:]
    assert found == [Message(framing.TEXT, payload) for payload in payloads]


def test_fragments_join_and_controls_may_come_between() -> None:
    data = b"".join(
        frame.serialize(mask=True)
        for frame in (
            Frame(Opcode.TEXT, b"a", fin=False),
            Frame(Opcode.PING, b"p"),
            Frame(Opcode.CONT, b"b", fin=False),
            Frame(Opcode.CONT, b"c"),
        )
    )
    assert Decoder(100).feed(data) == (
        [Message(framing.PING, b"p"), Message(framing.TEXT, b"abc")],
        None,
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.TEXT, b"x").serialize(mask=False), 1002),
        (Frame(Opcode.CONT, b"x").serialize(mask=True), 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x09\x80\0\0\0\0", 1002),
        (Frame(Opcode.TEXT, b"a", fin=False).serialize(mask=True) * 2, 1002),
        (Frame(Opcode.BINARY, b"x").serialize(mask=True), 1003),
        (Frame(Opcode.TEXT, b"x" * 101).serialize(mask=True), 1009),
        (
            Frame(Opcode.TEXT, b"x" * 60, fin=False).serialize(mask=True)
            + Frame(Opcode.CONT, b"x" * 60).serialize(mask=True),
            1009,
        ),
    ],
)
def test_what_breaks_the_protocol(data: bytes, code: int) -> None:
    _, error = Decoder(100).feed(data)
    assert error is not None
    assert error.code == code


def test_messages_before_an_error_count() -> None:
    good = Frame(Opcode.TEXT, b"x").serialize(mask=True)
    messages, error = Decoder(100).feed(good + b"\x83\x80\0\0\0\0")
    assert messages == [Message(framing.TEXT, b"x")]
    assert error is not None
