"""The life of a socket: handshake, bad input, slow readers, drain."""

from collections.abc import Callable

import pytest
from gateway_client import ORIGIN
from gateway_ids import some_id
from gateway_world import Running, World, settle
from websockets.frames import Opcode

from nexync_contracts import limits
from nexync_contracts.errors import CloseCode
from nexync_contracts.ids import PersonId, SessionId, chat_stream
from svc_gateway.arriving import AT_ONCE
from svc_gateway.draining import Drain
from svc_gateway.handshake import judge
from svc_gateway.keeping import PING_SECONDS, SLOW_BYTES, SLOW_SECONDS

ANA, BEN = PersonId(some_id()), PersonId(some_id())


@pytest.mark.parametrize(
    ("origin", "path", "status"),
    [
        ("http://evil.example", "/ws", "403"),
        (None, "/ws", "403"),
        (ORIGIN, "/other", "404"),
        (ORIGIN, "/ws?x=1", "101"),
    ],
)
async def test_who_may_open_a_socket(origin: str | None, path: str, status: str) -> None:
    async with Running() as world:
        client = world.client(ANA)
        client.handshake(origin=origin, path=path)
        assert client.status.split()[1] == status
        assert client.transport.closed == (status != "101")
        client.hang_up()
        assert world.core.kit.opening == 0


@pytest.mark.parametrize(
    ("origin", "cookie", "token"),
    [
        ("https://nexync.example", "__Host-nexync_access", "good"),
        ("https://nexync.example", "nexync_access", None),
        ("http://nexync.example", "nexync_access", "good"),
    ],
)
def test_where_tls_is_only_a_cookie_of_this_host_counts(
    origin: str, cookie: str, token: str | None
) -> None:
    """A neighbouring host can set a cookie for us, but not one with this prefix."""
    head = (
        f"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {origin}\r\n"
        f"Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\nCookie: {cookie}=good\r\n\r\n"
    )
    judged = judge(head.encode(), [origin])
    assert judged.opened
    assert judged.token == token


@pytest.mark.parametrize("token", [None, "foreign"])
async def test_without_a_good_token_the_socket_opens_and_closes_with_4401(
    token: str | None,
) -> None:
    async with Running() as world:
        client = world.client(ANA)
        client.handshake(token=token)
        await settle()
        assert client.status.split()[1] == "101"
        assert client.close_code == 4401
        assert not client.all_frames()


async def test_who_must_set_up_a_factor_first_is_closed_with_4503() -> None:
    """Before anything is read for them; the page knows then what to show."""
    async with Running() as world:
        client = world.client(ANA)
        client.handshake(token="setting-up")
        await settle()
        assert client.close_code == CloseCode.SETUP_FIRST
        assert not client.all_frames()


async def test_an_ended_session_is_closed_with_4501() -> None:
    async with Running() as world:
        session = SessionId(some_id())
        world.ended_sessions.add(session)
        client = world.client(ANA, session)
        client.handshake()
        await settle()
        assert client.close_code == 4501


async def test_a_session_that_ends_before_resume_is_closed_at_resume() -> None:
    async with Running() as world:
        client = world.client(ANA)
        client.handshake()
        await settle()
        world.ended_sessions.add(client.session)
        client.say(t="resume", heads={})
        await settle()
        assert client.close_code == 4501
        assert client.new_frames()[-1]["t"] == "welcome"


async def test_backends_away_close_with_a_code_that_brings_the_client_back() -> None:
    async with Running() as world:
        client = world.client(ANA)
        client.handshake()
        await settle()
        world.chats_away = True
        client.say(t="resume", heads={})
        await settle()
        assert client.close_code == 4420
        world.chats_away = False
        assert await world.resumed(ANA)


async def test_a_full_gateway_refuses() -> None:
    async with Running(max_connections=1) as world:
        await world.resumed(ANA)
        client = world.client(BEN)
        client.handshake()
        assert client.status.split()[1] == "503"


async def test_bytes_after_the_handshake_are_not_lost() -> None:
    async with Running() as world:
        client = world.client(ANA)
        client.handshake()
        client.say(t="resume", heads={})
        await settle()
        assert client.new_frames()[-1]["t"] == "resumed"


async def test_of_many_newcomers_few_are_looked_at_in_one_turn_and_all_in_the_end() -> None:
    """What they say meanwhile is not lost, and who leaves meanwhile is not missed."""
    async with Running() as world:
        clients = [world.client(ANA) for _ in range(3 * AT_ONCE)]
        for client in clients:
            client.handshake()
            client.say(t="resume", heads={})
        assert sum(bool(client.transport.written) for client in clients) == AT_ONCE
        gone = clients.pop()
        gone.socket.close(CloseCode.RESTART, "before its handshake was answered")
        assert gone.transport.closed
        await settle()
        assert all(client.new_frames()[-1]["t"] == "resumed" for client in clients)
        assert not gone.transport.written, "no frame before a handshake"


async def test_the_first_frame_is_resume() -> None:
    async with Running() as world:
        client = world.client(ANA)
        client.handshake()
        await settle()
        client.say(t="ping")
        assert client.close_code == 4410


async def test_bad_frames_have_no_effect_and_the_eleventh_closes() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        ana, ben = await world.resumed(ANA), await world.resumed(BEN)
        for _ in range(10):
            ana.say(t="send", id="x", chat=chat, body="", members=[BEN])
        await settle()
        frames = ana.new_frames()
        assert len(frames) == 10
        paths = {tuple(issue["path"]) for issue in frames[0]["issues"]}
        assert {("send", "id"), ("send", "body"), ("send", "members")} <= paths
        assert ana.close_code is None
        ana.raw(Opcode.TEXT, b"not json")
        assert ana.close_code == 4502
        world.message(chat, BEN)
        await settle()
        assert ben.seqs(chat_stream(chat)) == [2]


@pytest.mark.parametrize(
    ("opcode", "payload", "code"),
    [
        (Opcode.TEXT, b"x" * (limits.FRAME_BYTES + 1), 1009),
        (Opcode.TEXT, b"x" * 1_000_000, 1009),
        (Opcode.TEXT, b'{"t":"\xff"}', 1007),
        (Opcode.BINARY, b"{}", 1003),
    ],
)
async def test_frames_that_end_a_socket(opcode: Opcode, payload: bytes, code: int) -> None:
    async with Running() as world:
        ana = await world.resumed(ANA)
        ana.raw(opcode, payload)
        assert ana.close_code == code
        assert world.counts.connections == 0


async def test_a_reader_above_the_limit_is_closed_and_nobody_waits() -> None:
    async with Running() as world:
        chat = world.chat(ANA, BEN)
        slow, quick = await world.resumed(ANA), await world.resumed(BEN)
        slow.socket.pause_writing()
        slow.transport.buffered = SLOW_BYTES + 1
        world.message(chat, BEN)
        world.message(chat, BEN)
        await settle()
        assert slow.close_code == 4408
        assert quick.seqs(chat_stream(chat)) == [2, 3]
        assert world.counts.slow_readers == 1


async def test_a_reader_that_stays_paused_is_closed() -> None:
    async with Running() as world:
        slow, other = await world.resumed(ANA), await world.resumed(BEN)
        slow.socket.pause_writing()
        other.socket.pause_writing()
        world.now += SLOW_SECONDS + 1
        other.socket.resume_writing()
        world.core.kit.keeper.tick(world.now)
        assert (slow.close_code, other.close_code) == (4408, None)


def draining(world: World, stop: Callable[[], None], grace: float = 20.0) -> Drain:
    kit = world.core.kit
    return Drain(
        keeper=kit.keeper,
        admission=kit.admission,
        log=world.log,
        flusher=kit.flusher,
        sleep=world.sleep,
        clock=kit.clock,
        last_marks=kit.marking.tick,
        refuse=kit.refuse,
        stop_accepting=stop,
        spread_seconds=1.0,
        grace_seconds=grace,
    )


async def test_a_leaving_gateway_sends_newcomers_elsewhere_until_its_end() -> None:
    """503 with a hint as long as it listens, not a connection that nobody accepts."""
    async with Running() as world:
        await world.resumed(ANA)
        on_its_way = world.client(BEN)
        on_its_way.handshake()
        refused: list[str] = []

        def stop() -> None:
            late = world.client(BEN)
            late.handshake()
            refused.append(late.status)
            assert b"Retry-After: 1\r\n" in b"".join(late.transport.written)

        drain = draining(world, stop)
        world.core.kit.refuse()
        await settle()
        assert on_its_way.close_code == 1012
        await drain.run()
        assert [status.split()[1] for status in refused] == ["503"]


async def test_a_short_grace_shortens_the_leading_away_not_the_flush() -> None:
    """What was acknowledged goes before who is told politely."""
    async with Running() as world:
        clients = [await world.resumed(ANA) for _ in range(4)]
        began = world.now
        await draining(world, lambda: None, grace=7.0).run()
        assert world.now - began < 7.0
        assert {client.close_code for client in clients} == {1012}


async def test_the_last_wave_has_the_time_that_it_was_told() -> None:
    """With a grace of the spread, what the last ones need, and the flush, nobody is closed before."""
    async with Running() as world:
        clients = [await world.resumed(ANA) for _ in range(4)]
        began = world.now
        await draining(world, lambda: None, grace=1.0 + 12 + 5).run()
        assert world.now - began >= 1.0 + 10
        told = [frame for frame in clients[-1].new_frames() if frame["t"] == "drain"]
        assert [frame["within_ms"] for frame in told] == [10_000]


async def test_drain_leads_away_in_waves_then_closes_the_rest() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        clients = [await world.resumed(ANA) for _ in range(8)]
        clients[0].send(chat, "in flight")
        stopped: list[bool] = []
        drain = draining(world, lambda: stopped.append(True))
        for client in clients[:2]:
            client.hang_up()
        await drain.run()
        assert stopped
        assert world.sleeps.count(0.25) >= 3 + 20
        rest = clients[2:]
        assert all([f["t"] for f in client.new_frames()][:1] == ["drain"] for client in rest)
        assert {client.close_code for client in rest} == {1012}


async def test_an_old_socket_is_led_away_before_it_is_closed() -> None:
    """New gateways get their share: a client that follows the hint never sees a close."""
    async with Running() as world:
        follows, ignores = await world.resumed(ANA), await world.resumed(BEN)
        keeper = world.core.kit.keeper
        for client in (follows, ignores):
            client.socket.retire_at = world.now + 0.5
            client.new_frames()
        for _ in range(PING_SECONDS):
            world.now += 1
            keeper.tick(world.now)
        await settle()
        for client in (follows, ignores):
            assert [frame["t"] for frame in client.new_frames()] == ["drain"]
            assert client.close_code is None
            client.raw(Opcode.PONG, b"")
        follows.hang_up()
        for _ in range(PING_SECONDS):
            world.now += 1
            keeper.tick(world.now)
        assert (follows.close_code, ignores.close_code) == (None, 1012)


async def test_the_ack_of_a_drained_send_leaves_before_the_close() -> None:
    async with Running() as world:
        chat = world.chat(ANA)
        ana = await world.resumed(ANA)
        identifier = ana.send(chat, "in flight")
        world.core.kit.admission.closed = True
        world.log.deliver()
        ana.socket.close(1012, "restart")
        assert ana.new_frames() == [{"t": "ack", "id": identifier}]
        assert ana.close_code == 1012


async def test_the_peers_close_is_answered() -> None:
    async with Running() as world:
        ana = await world.resumed(ANA)
        ana.raw(Opcode.CLOSE, b"\x03\xe8")
        assert ana.close_code == 1000
        assert ana.transport.closed


async def test_a_ping_is_answered_with_its_payload() -> None:
    async with Running() as world:
        ana = await world.resumed(ANA)
        ana.raw(Opcode.PING, b"abc")
        await settle()
        assert ana.transport.written[-1] == b"\x8a\x03abc"


def bot_head(authorization: str, origin: str | None = None) -> bytes:
    """A handshake with that header."""
    lines = [
        "GET /ws HTTP/1.1",
        "Host: nexync.test",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Authorization: {authorization}",
        *([f"Origin: {origin}"] if origin else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize(
    ("authorization", "opened"),
    [
        ("Bearer nxb_abc", True),
        ("bearer nxb_abc", True),
        ("Bearer eyJhbGciOiJFZERTQSJ9.e30.x", False),
        ("Basic nxb_abc", False),
        ("nxb_abc", False),
        ("", False),
    ],
)
def test_only_a_bots_token_stands_for_the_origin(authorization: str, opened: bool) -> None:
    """A person's token is taken from the cookie alone, so a page of another origin can't use one."""
    judged = judge(bot_head(authorization), ["https://nexync.test"])
    assert judged.opened is opened
    assert judged.token == ("nxb_abc" if opened else None)
