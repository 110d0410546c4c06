"""Bad input over the wires: a clear error, the socket policy as written, no effect on others."""

import base64
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from nexync_client.ids import client_id
from nexync_contracts import endpoints, limits
from nexync_contracts.channels import ACCESS_COOKIE
from nexync_contracts.errors import CloseCode, ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, chat_stream
from nexync_e2e.client import Device, Person, RefusedError, Rest, befriend
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


def now_id(ahead_ms: int = 0) -> str:
    """A command id of this moment, or ahead of it."""
    return client_id(int(time.time() * 1000) + ahead_ms)


class RawSocket:
    """A socket that sends anything and reads JSON."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these kinds. Raises ConnectionClosed or TimeoutError."""
        while True:
            frame = json.loads(await self.connection.recv())
            if frame["t"] in kinds:
                return frame

    async def misbehave(self, data: str | bytes, *, text: bool | None = None) -> int | None:
        """Send the same bad frame until the server closes. The close code; an error when it doesn't close."""
        for _ in range(13):
            try:
                await self.connection.send(data, text=text)
                await self.until("error")
            except ConnectionClosed:
                return self.connection.close_code
        msg = "13 bad frames, and the socket is still open"
        raise AssertionError(msg)

    async def ask(self, frame: object, *kinds: str) -> dict[str, Any]:
        """Send JSON, and the next frame of one of these kinds."""
        await self.connection.send(frame if isinstance(frame, str) else json.dumps(frame))
        return await self.until(*kinds)


def handshake(where: Wires, token: str, origin: str | None) -> connect:
    """A connection through the edge with any token and Origin."""
    headers = {"Cookie": f"{ACCESS_COOKIE}={token}"} if token else {}
    if origin is not None:
        headers["Origin"] = origin
    return connect(
        where.edge_socket,
        additional_headers=headers,
        compression=None,
        proxy=None,
        open_timeout=10,
    )


@pytest_asyncio.fixture
async def socket(where: Wires, ann: Person) -> AsyncGenerator[RawSocket]:
    """Ann's resumed socket."""
    async with handshake(where, ann.rest.access_token, where.page) as connection:
        raw = RawSocket(connection)
        await raw.until("welcome")
        await raw.ask({"t": "resume", "heads": {}}, "resumed")
        yield raw


@pytest_asyncio.fixture
async def chat(ann: Person, bob: Person) -> ChatId:
    """Ann's and Bob's chat."""
    return await ann.create_chat(ChatKind.PRIVATE, (bob.id,))


BAD_FRAMES: dict[str, object] = {
    "unknown frame": {"t": "shout", "id": now_id()},
    "no tag": {"id": now_id()},
    "not JSON": "{",
    "not an object": "[1]",
    "wrong type of a field": {"t": "send", "id": now_id(), "chat": 7, "body": "x"},
    "an id that is no UUIDv7": {
        "t": "send",
        "id": "b5d2f4e0-6f0f-4f8e-9c7e-2f6a3e1d0c9b",
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "x",
    },
    "empty text": {
        "t": "send",
        "id": now_id(),
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "",
    },
    "text over the limit": {
        "t": "send",
        "id": now_id(),
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "x" * (limits.MESSAGE_BODY_BYTES + 1),
    },
    "text over the limit in bytes": {
        "t": "send",
        "id": now_id(),
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "é" * (limits.MESSAGE_BODY_BYTES // 2 + 1),
    },
    "U+0000 in the text": {
        "t": "send",
        "id": now_id(),
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "a\x00b",
    },
    "an unknown field": {
        "t": "send",
        "id": now_id(),
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "x",
        "sender": "0190a000-0000-7000-8000-000000000002",
    },
    "a forged member list": {
        "t": "send",
        "id": now_id(),
        "chat": "0190a000-0000-7000-8000-000000000001",
        "body": "x",
        "members": ["0190a000-0000-7000-8000-000000000002"],
    },
}


@pytest.mark.parametrize("name", sorted(BAD_FRAMES))
async def test_a_bad_frame_gets_an_error_and_the_socket_goes_on(
    name: str, socket: RawSocket
) -> None:
    """The error says what is wrong, and the next good frame is answered."""
    error = await socket.ask(BAD_FRAMES[name], "error")
    assert error["code"]
    assert error["message"]
    assert (await socket.ask({"t": "ping"}, "pong"))["time"] > 0


async def test_more_than_ten_bad_frames_close_the_socket(socket: RawSocket) -> None:
    """With 4502, which says not to come back."""
    assert await socket.misbehave('{"t":"shout"}') == CloseCode.BAD_FRAMES


async def test_a_frame_of_a_megabyte_closes_the_socket(socket: RawSocket) -> None:
    """With 1009, before it is read in whole."""
    assert await socket.misbehave("x" * 1_000_000) == CloseCode.TOO_BIG


async def test_invalid_utf8_closes_the_socket(socket: RawSocket) -> None:
    """With 1007, as RFC 6455 wants."""
    assert await socket.misbehave(b'{"t":"ping\xff"}', text=True) == CloseCode.INVALID_TEXT


async def test_a_binary_frame_closes_the_socket(socket: RawSocket) -> None:
    """With 1003."""
    assert await socket.misbehave(b"\x00") == CloseCode.UNSUPPORTED


async def test_a_lone_surrogate_is_no_text(socket: RawSocket, chat: ChatId) -> None:
    """JSON can spell what UTF-8 can't."""
    text = json.dumps({"t": "send", "id": now_id(), "chat": chat, "body": "\ud800"})
    assert (await socket.ask(text, "error", "ack"))["t"] == "error"


async def test_a_chat_one_is_not_in_rejects_and_shows_nothing(
    socket: RawSocket, bob: Person, cid: Person
) -> None:
    """To the sender alone; nothing appears in the chat, and nothing of it can be read."""
    await befriend(bob, cid)
    chat = await bob.create_chat(ChatKind.PRIVATE, (cid.id,))
    frame = {"t": "send", "id": now_id(), "chat": chat, "body": "let me in"}
    refused = await socket.ask(frame, "rejected")
    assert refused["code"] in {"not_a_member", "no_such_chat"}
    assert (await bob.history(chat)).head == 1


async def test_history_of_a_chat_one_is_not_in(ann: Person, bob: Person, cid: Person) -> None:
    """Not found, as if there were none."""
    await befriend(bob, cid)
    chat = await bob.create_chat(ChatKind.PRIVATE, (cid.id,))
    with pytest.raises(RefusedError) as refused:
        await ann.history(chat)
    assert refused.value.code == ProblemCode.NOT_FOUND
    with pytest.raises(RefusedError) as adding:
        await ann.add_member(chat, ann.id)
    assert adding.value.code in {ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN}


async def test_a_stream_one_is_not_in_is_not_repaired(
    socket: RawSocket, bob: Person, cid: Person
) -> None:
    """Naming it in a repair brings no event of it."""
    await befriend(bob, cid)
    chat = await bob.create_chat(ChatKind.PRIVATE, (cid.id,))
    repair = {"t": "repair", "stream": chat_stream(chat), "after": 0}
    await socket.connection.send(json.dumps(repair))
    await socket.connection.send(json.dumps({"t": "ping"}))
    while (answer := await socket.until("pong", "event"))["t"] != "pong":
        assert answer["stream"] != repair["stream"]


async def test_an_id_from_the_future_is_rejected_with_the_servers_time(
    socket: RawSocket, chat: ChatId
) -> None:
    """More than a minute ahead; a little ahead is fine."""
    far = {"t": "send", "id": now_id(limits.ID_AHEAD_MS + 30_000), "chat": chat, "body": "x"}
    refused = await socket.ask(far, "rejected")
    assert refused["code"] == "id_in_future"
    assert abs(refused["time"] - time.time() * 1000) < 10_000
    near = {"t": "send", "id": now_id(limits.ID_AHEAD_MS - 30_000), "chat": chat, "body": "x"}
    assert (await socket.ask(near, "ack"))["id"] == near["id"]


async def test_an_id_reused_with_another_body_is_rejected(
    ann: Person, socket: RawSocket, chat: ChatId
) -> None:
    """The first keeps its place and text; the same body again has the same outcome."""
    frame = {"t": "send", "id": now_id(), "chat": chat, "body": "first"}
    await socket.connection.send(json.dumps(frame))
    while (event := await socket.until("event"))["id"] != frame["id"]:
        assert event["event"].get("body") != frame["body"]
    refused = await socket.ask(frame | {"body": "second"}, "rejected")
    assert refused["code"] == "id_reused"
    again = await socket.ask(frame, "accepted")
    assert again["seq"] == event["seq"]
    assert (await ann.history(chat)).head == event["seq"]


@pytest.mark.parametrize("origin", ["http://evil.test", "null", None])
async def test_a_foreign_origin_is_refused_at_the_handshake(
    where: Wires, ann: Person, origin: str | None
) -> None:
    """Also none at all, since a browser always sends one."""
    with pytest.raises(InvalidStatus) as refused:
        async with handshake(where, ann.rest.access_token, origin):
            pass
    assert refused.value.response.status_code == 403


async def test_a_foreign_origin_is_refused_over_rest(where: Wires, ann: Person) -> None:
    """For what changes something."""
    headers = {"Origin": "http://evil.test"}
    body = {"person": ann.id}
    answer = await ann.rest.raw(endpoints.ASK, json=body, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == ProblemCode.FOREIGN_ORIGIN


async def refusal(where: Wires, token: str) -> int | None:
    """The status of the refused handshake, or the code with which the opened socket was closed."""
    try:
        async with handshake(where, token, where.page) as connection:
            await RawSocket(connection).until("welcome")
    except InvalidStatus as refused:
        return refused.response.status_code
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    return None


def unsigned(token: str, **changes: object) -> str:
    """The token with other claims under the old signature."""
    head, claims, signature = token.split(".")
    padded = claims + "=" * (-len(claims) % 4)
    content = json.loads(base64.urlsafe_b64decode(padded)) | changes
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return f"{head}.{forged}.{signature}"


@pytest.mark.parametrize("kind", ["none", "garbage", "expired", "another person", "of another key"])
async def test_a_bad_token_opens_no_socket(
    where: Wires, ann: Person, bob: Person, kind: str
) -> None:
    """Refused with 401, at the handshake or as close code 4401."""
    good = ann.rest.access_token
    signature = bob.rest.access_token.rsplit(".", 1)[1]
    token = {
        "none": "",
        "garbage": "not.a.token",
        "expired": unsigned(good, exp=int(time.time()) - 3600),
        "another person": unsigned(good, sub=bob.id),
        "of another key": f"{good.rsplit('.', 1)[0]}.{signature}",
    }[kind]
    assert await refusal(where, token) in {401, CloseCode.UNAUTHENTICATED}


async def test_rest_without_login(where: Wires) -> None:
    """401 as problem+json."""
    nobody = Rest(where.page)
    answer = await nobody.raw(endpoints.CHATS)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == ProblemCode.UNAUTHENTICATED
    await nobody.close()


async def test_rest_names_what_is_wrong(ann: Person) -> None:
    """Path, code and words of each issue; the input isn't echoed."""
    answer = await ann.rest.raw(
        endpoints.CREATE_CHAT, json={"kind": "circus", "members": "x", "secret": "hunter2"}
    )
    assert answer.status_code in {400, 422}
    problem = answer.json()
    assert problem["code"] == ProblemCode.VALIDATION
    paths = {tuple(issue["path"]) for issue in problem["issues"]}
    assert paths >= {("body", "kind"), ("body", "secret")}
    assert "hunter2" not in answer.text


async def test_others_are_not_touched(
    where: Wires, socket: RawSocket, ann: Person, bob: Person, chat: ChatId
) -> None:
    """While one socket misbehaves to its end, the chat goes on, also on Ann's other device."""
    async with (
        Device(bob, where.gateways, name="bob").running() as two,
        Device(ann, where.gateways, name="ann").running() as one,
    ):
        await socket.misbehave('{"t":"shout"}')
        await one.send(chat, "still here")
        await one.settled()
        await two.caught_up(chat_stream(chat), 2)
        assert two.close_codes == []
        assert one.errors == []
