"""A whole gateway over fakes, on a clock that tests move."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

from fake_transports import FakeSending, no_descriptor
from gateway_backends import Backends, FakeChats, FakeNotices
from gateway_client import ORIGIN, Client
from gateway_ids import some_id

from nexync_contracts.ids import (
    PersonId,
    SessionId,
    Stream,
)
from nexync_runtime.limiting import Budget
from svc_gateway.errors import (
    SetupFirstError,
    UnauthenticatedError,
)
from svc_gateway.metrics import Counts
from svc_gateway.ports import Clock, CommandLog, Identity, SendMany
from svc_gateway.tasks import Nursery
from svc_gateway.wiring import build_core

UNLIMITED = Budget(1e6, 1_000_000)
PAST_TRANSPORTS = [False]
"""Whether sockets write past their transports, as with the native function; tests run both ways (conftest.py)."""


class World(Backends):
    """What is behind the gateway, the gateway, and its clients."""

    def __init__(
        self,
        nursery: Nursery,
        *,
        repair_off: bool = False,
        max_connections: int = 100,
        budget: Budget = UNLIMITED,
        send_many: SendMany | None = None,
        descriptor_of: Callable[[asyncio.BaseTransport], int] | None = None,
        log: CommandLog | None = None,
    ) -> None:
        sending = FakeSending() if PAST_TRANSPORTS[0] else None
        if descriptor_of is None:
            descriptor_of = sending.descriptor_of if sending is not None else no_descriptor
        super().__init__()
        self.now = 1_000.0
        self.counts = Counts()
        self.sleeps: list[float] = []
        self.sleeping: asyncio.Event | None = None
        loop = asyncio.get_running_loop()
        self.core = build_core(
            instance="gateway-t",
            origins=(ORIGIN,),
            max_connections=max_connections,
            max_age=0,
            budget=budget,
            repair_off=repair_off,
            channels=self,
            windows=self,
            notices=FakeNotices(self),
            chats=FakeChats(self),
            sessions=self,
            tokens=self,
            commands=log or self.log,
            receipts=self.receipts,
            clock=Clock(lambda: self.now, lambda: self.now_ms),
            sleep=self.sleep,
            spawn=nursery.spawn,
            call_soon=loop.call_soon,
            call_later=loop.call_later,
            send_many=send_many or sending,
            descriptor_of=descriptor_of,
            counts=self.counts,
        )
        self.receive = self.core.receiver.receive

    async def sleep(self, seconds: float, /) -> None:
        """Time passes at once, other tasks run."""
        self.sleeps.append(seconds)
        self.now += seconds
        if self.sleeping is not None:
            await self.sleeping.wait()
        await settle(5)

    async def identify(self, token: str) -> Identity:
        if token == "setting-up":
            raise SetupFirstError
        if not token.startswith("good."):
            raise UnauthenticatedError("foreign")
        _, person, session = token.split(".")
        return Identity(PersonId(person), SessionId(session))

    def client(self, person: PersonId, session: SessionId | None = None) -> Client:
        return Client(self.core.kit, person, session or SessionId(some_id()))

    async def resumed(
        self, person: PersonId, heads: dict[Stream, tuple[int, int]] | None = None
    ) -> Client:
        """A client that has resumed."""
        client = self.client(person)
        client.handshake()
        await settle()
        client.say(t="resume", heads=heads or {})
        await settle()
        assert client.all_frames()[-1]["t"] == "resumed", (client.all_frames(), client.close_code)
        client.new_frames()
        return client


async def settle(turns: int = 30) -> None:
    """Let everything that can run do so."""
    loop = asyncio.get_running_loop()
    for _ in range(turns):
        turn: asyncio.Future[None] = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn


class Running:
    """A world inside its TaskGroup."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._nursery = Nursery()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> World:
        work = cast("Coroutine[Any, Any, None]", self._nursery.run())
        self._task = asyncio.get_running_loop().create_task(work)
        await settle(2)
        return World(self._nursery, **self._options)

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled() and (error := self._task.exception()) is not None:
            raise error
