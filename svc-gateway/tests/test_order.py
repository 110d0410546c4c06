"""One device's order (G3), over everything between its outbox and the log: the client's own conversation, whole
gateways, half-dead sockets, resends, refusals, and producers whose records arrive late or not at all.

The log may hold a message only when all that its device sent before are in it too. That is stricter than the order
of what is in it: the one that lacks is on its way, and could only come after.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from gateway_client import Client
from gateway_world import Running, World, settle
from hypothesis import given, settings
from hypothesis import strategies as st

from nexync_client import actions
from nexync_client.conversation import Conversation
from nexync_client.options import Options
from nexync_client.outbox import Sending
from nexync_contracts import frames
from nexync_contracts.ids import ChatId, CommandId, PersonId, chat_stream
from nexync_contracts.session import Span
from nexync_runtime.kafka import DeliveryError
from svc_gateway.errors import BackendAwayError
from svc_gateway.recalling import KEEP_SECONDS

ANA: Final = PersonId("0190a000-0000-4000-8000-000000000001")
CHAT: Final = ChatId("0190a000-0000-4000-8000-00000000000a")
GATEWAYS: Final = 2
LONG: Final = 31.0
"""Seconds for which a gateway or a client may stand still."""

Report = Callable[[Exception | None], None]


@dataclass
class Log:
    """One partition: the ids in the order in which the broker took them first, and all of them."""

    ids: list[str] = field(default_factory=list[str])


class Producer:
    """A gateway's idempotent producer: in order, as late as the test wants."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.full = False
        self._flying: deque[tuple[str, Report]] = deque()
        self._taken: deque[Report] = deque()

    def produce(self, partition: int, key: bytes, value: bytes, on_delivery: Report) -> None:
        del partition, key
        if self.full:
            raise BackendAwayError("full")
        self._flying.append((json.loads(value)["id"], on_delivery))

    async def flush(self, timeout: float) -> int:
        del timeout
        while self._flying:
            self.append()
        self.report()
        return 0

    def append(self) -> None:
        """The broker takes the oldest record."""
        if self._flying:
            identifier, report = self._flying.popleft()
            self._log.ids.append(identifier)
            self._taken.append(report)

    def report(self) -> None:
        """Delivery reports of what the broker has."""
        while self._taken:
            self._taken.popleft()(None)

    def fail(self) -> None:
        """The broker will never take what it has not."""
        self.report()
        flying, self._flying = self._flying, deque()
        for _, report in flying:
            report(DeliveryError("no"))

    def orphan(self, kept: int) -> None:
        """The process is gone: its oldest records may still arrive, and nobody hears of them."""
        self._taken.clear()
        self._flying = deque((identifier, _nobody) for identifier, _ in list(self._flying)[:kept])


def _nobody(error: Exception | None) -> None:
    del error


@dataclass
class Wire:
    """One socket with what is under way on it; the gateway may not have heard that the client is gone."""

    gateway: int
    end: Client
    up: deque[frames.ClientFrame | None] = field(default_factory=deque[frames.ClientFrame | None])
    down: deque[dict[str, Any]] = field(default_factory=deque[dict[str, Any]])
    lost: bool = False


class Play:
    """The device, its gateways and the log, moved step by step."""

    def __init__(self, worlds: list[World], *, trust_acks: bool) -> None:
        self.log = Log()
        self.worlds = worlds
        self.producers: list[Producer] = []
        self.wires: dict[int, Wire] = {}
        self.began = [0.0] * GATEWAYS
        self.sent: list[Sending] = []
        self.decided = 0
        self.now = 1_000.0
        self.conversation = Conversation(
            [f"ws://{number}" for number in range(GATEWAYS)],
            Options(trust_acks=trust_acks, silence_seconds=0, check_seconds=0),
            unix_ms=worlds[0].now_ms,
            now=self.now,
            dice=random.Random(1),
        )

    # What may happen.

    async def say(self, which: int) -> None:
        """A message; every third a reaction, whose target the gateway has to look up."""
        identifier = self.conversation.new_id(self.now)
        frame: frames.SendFrame | frames.ReactFrame
        if which % 3:
            frame = frames.SendFrame(id=identifier, chat=CHAT, body=str(len(self.sent)))
        else:
            frame = frames.ReactFrame(
                id=identifier, chat=CHAT, target=1 + which % 40, emoji="🎉", on=True
            )
        self.sent.append(self.conversation.line_up(frame, self.now))
        await self.perform()

    async def again(self, which: int) -> None:
        """An impatient client writes something twice."""
        if self.sent:
            self.conversation.write_again(self.sent[-1 - which % len(self.sent)].frame)
            await self.perform()

    async def up(self, which: int) -> None:
        """A gateway gets the next frame of a socket, also of one that its client has left."""
        wires = [wire for wire in self.wires.values() if wire.up]
        if wires:
            wire = wires[which % len(wires)]
            frame = wire.up.popleft()
            if frame is None:
                wire.end.hang_up()
            elif not wire.end.transport.closed:
                wire.end.say(**frame.model_dump(mode="json", exclude_none=True))
            await settle(4)

    async def down(self, which: int) -> None:
        """The client gets the next frame of a socket, or that it closed."""
        numbers = [number for number, wire in self.wires.items() if not wire.lost]
        if not numbers:
            return
        number = numbers[which % len(numbers)]
        wire = self.wires[number]
        wire.down.extend(wire.end.new_frames())
        if wire.down:
            said = json.dumps(wire.down.popleft())
            frame = frames.server_frame_adapter.validate_json(said)
            self.conversation.received(number, frame, self.now)
        elif wire.end.transport.closed or wire.end.close_code is not None:
            wire.lost = True
            self.conversation.lost(number, wire.end.close_code or 1006, self.now)
        await self.perform()

    async def time(self, which: int) -> None:
        """A little time, or a long standstill."""
        await self.pass_time((0.05, 0.3, 0.6, LONG)[which % 4])

    async def append(self, which: int) -> None:
        """A broker takes a record."""
        self.producers[which % GATEWAYS].append()

    async def report(self, which: int) -> None:
        """A gateway hears what the broker has."""
        self.producers[which % GATEWAYS].report()
        await settle(2)

    async def fail(self, which: int) -> None:
        """The log refuses what it has not taken."""
        self.producers[which % GATEWAYS].fail()
        await settle(2)

    async def full(self, which: int) -> None:
        """A producer takes no more, or takes again."""
        producer = self.producers[which % GATEWAYS]
        producer.full = not producer.full

    async def away(self, which: int) -> None:
        """svc-chat, which a reaction needs, goes or comes."""
        world = self.worlds[which % GATEWAYS]
        world.chats_away = not world.chats_away

    async def slow(self, which: int) -> None:
        """svc-chat's answers take long, or come."""
        world = self.worlds[which % GATEWAYS]
        if world.under_way is None:
            world.under_way = asyncio.Event()
        else:
            world.under_way.set()
            world.under_way = None
            await settle(6)

    async def void(self, which: int) -> None:
        """A gateway is not sure of memberships, until it has read them again."""
        world = self.worlds[which % GATEWAYS]
        if which % 3 == 0:
            world.core.authority.void("test")
        elif not world.chats_away and world.under_way is None:
            await world.core.authority.restore()
        await settle(4)

    async def replay(self, which: int) -> None:
        """The subscription broke and stands again. A gateway that has just started has nothing to produce again."""
        number = which % GATEWAYS
        if self.now > self.began[number] + KEEP_SECONDS:
            recall = self.worlds[number].core.recall
            recall.prune()
            recall.replay(self.producers[number])

    async def lead(self, which: int) -> None:
        """A gateway leads its sockets away."""
        for wire in self.wires.values():
            if wire.gateway == which % GATEWAYS and not wire.lost:
                wire.down.extend(wire.end.new_frames())
                wire.down.append({"t": "drain", "within_ms": 1_000})

    async def lose(self, which: int) -> None:
        """The client loses its socket; what it wrote may still arrive."""
        numbers = [number for number, wire in self.wires.items() if not wire.lost]
        if numbers:
            number = numbers[which % len(numbers)]
            self.wires[number].lost = True
            self.conversation.lost(number, 1006, self.now)
            await self.perform()

    async def kill(self, which: int) -> None:
        """A gateway is gone with its sockets; another one starts in its place."""
        number = which % GATEWAYS
        await self.heal(number)
        self.producers[number].orphan(which // GATEWAYS % 4)
        self.began[number] = self.now
        for wire in self.wires.values():
            if wire.gateway == number:
                wire.up.clear()
                wire.end.hang_up()
        await settle(4)

    async def decide(self, which: int) -> None:
        """The persister decides some more, and its outcomes come over the current socket."""
        current = self.conversation.current
        for identifier in self.log.ids[self.decided : self.decided + 1 + which % 3]:
            self.decided += 1
            if current is not None:
                seq = self.log.ids.index(identifier) + 1
                frame = frames.AcceptedFrame(
                    id=CommandId(identifier), stream=chat_stream(CHAT), epoch=1, seq=seq
                )
                self.conversation.received(current, frame, self.now)
        await self.perform()

    # How it goes on.

    async def heal(self, number: int) -> None:
        """Everything that this gateway needs is there."""
        world = self.worlds[number]
        self.producers[number].full = False
        world.chats_away = False
        if world.under_way is not None:
            world.under_way.set()
            world.under_way = None
        await settle(6)
        await world.core.authority.restore()
        await settle(6)

    async def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for world in self.worlds:
            world.now += seconds
            world.now_ms += int(seconds * 1_000)
        self.conversation.wake(self.now)
        await self.perform()

    async def perform(self) -> None:
        """Do what the conversation wants."""
        for output in self.conversation.outputs():
            match output:
                case actions.Open(number, address):
                    gateway = int(address[-1])
                    end = self.worlds[gateway].client(ANA)
                    self.wires[number] = Wire(gateway, end)
                    end.handshake()
                    await settle(6)
                    self.conversation.opened(number, self.now)
                case actions.Write(number, frame):
                    if number in self.wires:
                        self.wires[number].up.append(frame)
                case actions.Close(number):
                    if number in self.wires:
                        self.wires[number].up.append(None)
                        self.wires[number].lost = True
                        self.conversation.lost(number, 1000, self.now)
                case _:
                    pass

    def judge(self) -> None:
        """No message is in the log without all that were sent before it."""
        ids = [str(sending.frame.id) for sending in self.sent]
        came = list(dict.fromkeys(self.log.ids))
        assert came == ids[: len(came)], [ids.index(one) for one in came]

    async def finish(self) -> None:
        """With everything well again, all of it arrives, in order and soon."""
        for number in range(GATEWAYS):
            await self.heal(number)
        for _ in range(400):
            for producer in self.producers:
                await producer.flush(0.0)
            await settle(4)
            while any(wire.up for wire in self.wires.values()):
                await self.up(0)
            for number in range(sum(not wire.lost for wire in self.wires.values())):
                for _ in range(8):
                    await self.down(number)
            self.judge()
            await self.pass_time(0.3)
            if (
                len(set(self.log.ids)) == len(self.sent)
                and not self.conversation.outbox.unacknowledged
            ):
                return
        left = self.conversation.outbox.unacknowledged
        pytest.fail(f"{left} have no ack after two minutes")


STEPS: Final = (
    *("say", "up", "down") * 4,
    *("append", "report", "time") * 2,
    *("again", "fail", "full", "away", "slow", "void", "replay", "lead", "lose", "kill", "decide"),
)
Steps = list[tuple[str, int]]
steps_of = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 120)), max_size=120)


async def played(steps: Steps, *, trust_acks: bool) -> None:
    log = Log()
    producers = [Producer(log) for _ in range(GATEWAYS)]
    async with Running(log=producers[0]) as first, Running(log=producers[1]) as second:
        for world in (first, second):
            world.members[CHAT] = {ANA: [Span(from_seq=1)]}
            for _ in range(50):
                world.message(CHAT, ANA, publish=False)
        play = Play([first, second], trust_acks=trust_acks)
        play.log, play.producers = log, producers
        play.conversation.start(play.now)
        await play.perform()
        for _ in range(4):
            await play.up(0)
            await play.down(0)
        for name, which in steps:
            await getattr(play, name)(which)
            play.judge()
        await play.finish()


@settings(max_examples=250)
@given(steps=steps_of, trust_acks=st.booleans())
def test_one_devices_order_holds_over_gateways_refusals_and_resends(
    *, steps: Steps, trust_acks: bool
) -> None:
    asyncio.run(played(steps, trust_acks=trust_acks))
