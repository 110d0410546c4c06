"""The asyncio shell over real sockets of this machine: it connects, comes back, waits for slow readers, and ends."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

from nexync_client import (
    Backoff,
    Client,
    ContractError,
    EndedError,
    Happened,
    Happening,
    Live,
    NotConnectedError,
    Options,
    Rest,
    Said,
    Settled,
)
from nexync_client import client as shell
from nexync_client.ids import client_id
from nexync_contracts import frames
from nexync_contracts.errors import CloseCode
from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, CommandId, PersonId, SessionId, chat_stream

ME: Final = PersonId("0190a000-0000-4000-8000-000000000001")
CHAT: Final = ChatId("0190a000-0000-4000-8000-00000000000a")
STREAM: Final = chat_stream(CHAT)
QUICK: Final = Options(backoff=Backoff(0.0, 0.01, 0.02))


class Gateway:
    """A gateway of one chat, for one client at a time: it says welcome, and turns what is sent into events."""

    def __init__(self) -> None:
        self.url = ""
        self.seq = 0
        self.headers: list[dict[str, str]] = []
        self.sockets: list[ServerConnection] = []
        self.close_with: int | None = None

    async def answer(self, socket: ServerConnection) -> None:
        """One socket from its handshake on."""
        assert socket.request is not None
        self.headers.append(dict(socket.request.headers.raw_items()))
        self.sockets.append(socket)
        await self.say(
            frames.WelcomeFrame(person=ME, session=SessionId(ME), time=1_000, gateway="a")
        )
        async for data in socket:
            match frames.client_frame_adapter.validate_json(data):
                case frames.ResumeFrame() if self.close_with is not None:
                    await socket.close(self.close_with)
                case frames.ResumeFrame(heads=heads):
                    if STREAM not in heads:
                        await self.say(frames.ResetFrame(stream=STREAM, epoch=1, seq=self.seq))
                    await self.say(frames.ResumedFrame(streams=1))
                case frames.SendFrame() as frame:
                    await self.say(frames.AckFrame(id=CommandId(frame.id)))
                    await self.event(CommandId(frame.id), frame.body)
                case _:
                    pass

    async def say(self, frame: frames.ServerFrame) -> None:
        """Write to the newest socket."""
        await self.sockets[-1].send(frame.model_dump_json(by_alias=True))

    async def event(self, identifier: CommandId, body: str) -> None:
        """One more message of the chat."""
        self.seq += 1
        await self.say(
            frames.EventFrame(
                stream=STREAM,
                epoch=1,
                seq=self.seq,
                n=self.seq,
                at=1,
                id=identifier,
                by=ME,
                event=MessageCreated(body=body),
            )
        )


@pytest.fixture
async def gateway() -> AsyncGenerator[Gateway]:
    """A gateway that listens on a port of its own."""
    made = Gateway()
    async with serve(made.answer, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        made.url = f"ws://127.0.0.1:{port}/ws"
        yield made


@contextlib.asynccontextmanager
async def client_of(gateway: Gateway, options: Options = QUICK) -> AsyncGenerator[Client]:
    """A client that only sends."""
    async with Rest("http://127.0.0.1:9", token="secret") as rest:
        client = Client(rest, (gateway.url,), options=options)
        async with client.running():
            yield client


async def test_a_message_goes_out_and_comes_back(gateway: Gateway) -> None:
    """With its outcome, in the order in which things happened."""
    async with Rest("http://127.0.0.1:9", token="secret") as rest:
        client = Client(rest, (gateway.url,))
        async with client.listening() as happenings:
            sending = await client.outcome(await client.send(CHAT, "hello"))
            assert sending.seq == 1
            live, settled, happened = [await anext(happenings) for _ in range(3)]
    assert isinstance(live, Live)
    assert isinstance(settled, Settled)
    assert isinstance(happened, Happened)
    assert happened.piece.event == MessageCreated(body="hello")
    assert client.person == ME
    assert client.heads() == {STREAM: (1, 1)}
    assert gateway.headers[0]["Authorization"] == "Bearer secret"
    assert "Origin" not in gateway.headers[0]


async def test_a_lost_connection_is_opened_again_and_sends_what_has_no_outcome(
    gateway: Gateway,
) -> None:
    """Whatever the program does meanwhile."""
    async with client_of(gateway) as client:
        client.drop()
        await gateway.sockets[0].wait_closed()
        sending = await client.send(CHAT, "while away")
        assert (await client.outcome(sending)).seq == 1
    assert len(gateway.sockets) == 2


async def test_a_socket_that_closes_while_one_writes_is_no_connection(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library behind the socket has an error of its own for that, which callers need not know."""

    async def closed(connection: ClientConnection, message: str | bytes) -> None:
        raise ConnectionClosedError(None, None)

    async with client_of(gateway) as client:
        with monkeypatch.context() as patched:
            patched.setattr(ClientConnection, "send", closed)
            with pytest.raises(NotConnectedError, match="closed meanwhile"):
                await client.write_raw("{}")


async def test_a_terminal_code_ends_the_iteration(gateway: Gateway) -> None:
    """A bot whose token was taken back stops instead of trying for ever."""
    async with Rest("http://127.0.0.1:9", token="secret") as rest:
        client = Client(rest, (gateway.url,), options=QUICK)
        async with client.listening() as happenings:
            await gateway.sockets[0].close(CloseCode.SESSION_ENDED)
            with pytest.raises(EndedError, match="4501"):
                await _all(happenings)


async def test_a_token_that_nobody_knows_ends_before_it_began(gateway: Gateway) -> None:
    """There is nothing to renew about a token."""
    gateway.close_with = CloseCode.UNAUTHENTICATED
    with pytest.raises(ExceptionGroup) as caught:
        async with client_of(gateway):
            pytest.fail("it isn't live")
    assert caught.group_contains(EndedError, match="4401")


async def test_a_frame_outside_of_the_contracts_is_an_error(gateway: Gateway) -> None:
    """What can't be read can't be passed over either: it may have been an event."""
    with pytest.raises(ExceptionGroup) as caught:
        await _hear_from_the_future(gateway)
    assert caught.group_contains(ContractError, match="from the future")


async def test_a_slow_program_stops_the_reading_and_misses_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory has a bound; what waits at the server comes later."""
    monkeypatch.setattr(shell, "WAITING", 10)
    async with Rest("http://127.0.0.1:9", token="secret") as rest:
        client = Client(rest, (gateway.url,), options=QUICK)
        async with client.listening() as happenings:
            for number in range(100):
                await gateway.event(CommandId(f"0190a000-0000-4000-8000-{number:012x}"), "x")
            await gateway.say(frames.TypistFrame(chat=CHAT, by=ME))
            seen = 0
            async for happening in happenings:
                assert client.waiting <= 11
                seen += isinstance(happening, Happened)
                if isinstance(happening, Said):
                    break
    assert seen == 100


async def test_the_end_waits_for_no_rest(gateway: Gateway) -> None:
    """A chat that is being read over REST, which is away, doesn't keep a program from ending."""
    async with asyncio.timeout(10), client_of(gateway) as client:
        gateway.seq = 5
        await gateway.say(frames.ResetFrame(stream=STREAM, epoch=1, seq=5))
        await client.outcome(await client.send(CHAT, "after the reset"))
        assert client.conversation.streams.is_read(STREAM)


async def test_no_gateway_within_the_time_is_said() -> None:
    """Instead of a program that hangs when it starts."""
    async with Rest("http://127.0.0.1:9", token="secret") as rest:
        client = Client(rest, ("ws://127.0.0.1:9/ws",), options=QUICK)
        with pytest.raises(ExceptionGroup) as caught:
            async with client.running(seconds=0.1):
                pytest.fail("there is no gateway")
    assert caught.group_contains(TimeoutError)


@pytest.mark.parametrize(
    ("answer", "possible"),
    [(httpx.Response(401), False), (httpx.Response(503), True), (httpx.ReadError("gone"), True)],
)
async def test_only_a_refused_refresh_is_the_end(
    answer: httpx.Response | httpx.ReadError, possible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is away for a moment doesn't log a program out."""

    async def raw(*_: object, **__: object) -> httpx.Response:
        if isinstance(answer, httpx.Response):
            return answer
        raise answer

    async with Rest("http://127.0.0.1:9") as rest:
        monkeypatch.setattr(rest, "raw", raw)
        assert await rest.renew() is possible


async def _all(happenings: AsyncIterator[Happening]) -> None:
    async for _ in happenings:
        pass


async def _hear_from_the_future(gateway: Gateway) -> None:
    async with client_of(gateway):
        await gateway.sockets[0].send('{"t":"from the future"}')
        await asyncio.Event().wait()


def test_the_readme_shows_the_example_that_is_tested() -> None:
    """The wire test runs the file (e2e/tests/wires/test_bots.py)."""
    folder = Path(__file__).parents[1]
    example = (folder / "examples/echo_bot.py").read_text().rstrip()
    assert f"```python\n{example}\n```" in (folder / "README.md").read_text()
    assert len(example.splitlines()) <= 30


async def test_what_a_listener_sends_at_once_follows_what_was_sent_before(gateway: Gateway) -> None:
    """The listener is called in the middle of writing what waited for a socket."""
    sent: list[str] = []

    def hear(happening: Happening, now: float) -> None:
        del now
        if isinstance(happening, Live):
            sent.append(client.line_up(frame_of("from the listener")).frame.id)

    async with Rest("http://127.0.0.1:9", token="secret") as rest:
        client = Client(rest, (gateway.url,), options=QUICK, hear=hear)
        sent.append(client.line_up(frame_of("before")).frame.id)
        async with asyncio.timeout(30), client.running():
            outbox = client.conversation.outbox
            for sending in list(outbox.all.values()):
                await client.outcome(sending)
            assert [sending.frame.id for sending in outbox.all.values()] == sent
            assert [sending.seq for sending in outbox.all.values()] == [1, 2]


def frame_of(body: str) -> frames.SendFrame:
    """A message with an id of its own."""
    return frames.SendFrame(id=client_id(1_000), chat=CHAT, body=body)
