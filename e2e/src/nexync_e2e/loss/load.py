"""The load: everybody writes where they belong, members come and go, all devices read."""

import asyncio
import contextlib
import itertools
import random
import time
from collections import defaultdict
from collections.abc import AsyncGenerator

import httpx

from nexync_client import RefusedError
from nexync_client.outbox import Sending
from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, Stream, chat_stream
from nexync_contracts.receipt_endpoints import RECEIPTS
from nexync_contracts.receipt_rest import ReceiptsView
from nexync_e2e.device import Device
from nexync_e2e.loss.cast import Cast, Group
from nexync_e2e.loss.churning import Churn
from nexync_e2e.loss.records import WatermarkRecord
from nexync_e2e.person import Person
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

_PER_WRITER_SECONDS = 0.16
_UNACKNOWLEDGED = 8
_QUIET_SECONDS = 1.0
"""Between two rounds of changes: they are stored at once with all that came before; in the quiet a batch gathers."""
_SECOND_DEVICES = 5
_READ_SECONDS = 0.5
_GLANCE_SECONDS = 0.3
_REACT, _EDIT, _DELETE = 0.2, 0.32, 0.36
"""Of all that is written, up to the first part are reactions, up to the second edits, then deletions, then texts."""
_PUT_ON = 0.7
_NEWEST = 60
_TWICE_EVERY = 25
"""Every 25th message is sent twice, so that de-duplication has work also without a reconnect."""


class Load:
    """Writers with a device each, spread over both gateways, and some second devices that only read."""

    def __init__(self, people: Cast, wires: Wires, *, repair: bool, seed: int) -> None:
        self._dice = random.Random(seed)
        self._cast = people
        self._writing = asyncio.Event()
        self._busy = 0
        self.event_times: dict[Stream, list[float]] = defaultdict(list)
        self.churn = Churn(people.groups)
        self.samples: list[WatermarkRecord] = []
        """How far people were, as it was seen while all of this went on."""
        count = len(people.people)
        self.writers = [
            self._device(people.people[number], wires, number, "phone", repair=repair)
            for number in range(count)
        ]
        self.readers = [
            self._device(people.people[number], wires, number + 1, "desk", repair=repair)
            for number in range(min(_SECOND_DEVICES, count))
        ]

    @property
    def devices(self) -> list[Device]:
        """All of them."""
        return [*self.writers, *self.readers]

    def _device(
        self, person: Person, wires: Wires, turn: int, name: str, *, repair: bool
    ) -> Device:
        shift = turn % len(wires.gateways)
        return Device(
            person,
            wires.gateways[shift:] + wires.gateways[:shift],
            name=f"{person.username}-{name}",
            trust_acks=True,
            repair=repair,
            dice=random.Random(self._dice.random()),
            on_event=self._note_event,
            only=frozenset(chat_stream(group.chat) for group in self._cast.groups),
        )

    def _note_event(self, stream: Stream, now: float) -> None:
        times = self.event_times[stream]
        if not times or now - times[-1] > 0.02:
            times.append(now)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """All devices connected, writers paused until `write`."""
        async with contextlib.AsyncExitStack() as stack:
            for device in self.devices:
                await stack.enter_async_context(device.running())
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._write(device), name=device.name)
                    for device in self.writers
                ]
                tasks.append(group.create_task(self._churn(), name="churn"))
                tasks.append(group.create_task(self._glance(), name="glance"))
                tasks += [
                    group.create_task(self._read(device), name=device.name)
                    for device in self.devices
                ]
                try:
                    yield
                finally:
                    for task in tasks:
                        task.cancel()

    def write(self) -> None:
        """Let everybody write."""
        self._writing.set()

    async def pause(self, *, seconds: float = 45.0) -> None:
        """Stop writing and changing members; wait until what was sent is acknowledged or rejected."""
        self._writing.clear()
        await until_true(
            lambda: not self._busy and not self.unacknowledged,
            "every send acknowledged",
            seconds=seconds,
        )

    async def all_marked(self, *, seconds: float = 45.0) -> None:
        """Wait until everything that was said of how far somebody is is confirmed."""

        async def again() -> None:
            while True:
                for device in self.devices:
                    await device.mark_again()
                await asyncio.sleep(0.2)

        saying = asyncio.create_task(again(), name="marks again")
        try:
            await until_true(
                lambda: not any(device.receipts.unconfirmed for device in self.devices),
                "every mark confirmed",
                seconds=seconds,
            )
        finally:
            saying.cancel()

    async def all_decided(self, *, seconds: float = 45.0) -> None:
        """One more message into each chat, and its outcome.

        A chat's log is one sequence, so with that outcome everything acknowledged before is decided too.
        """
        sendings = [
            await device.send(group.chat, "the last word")
            for group in self._cast.groups
            for device in self.writers
            if device.person is group.admin
        ]
        await until_true(
            lambda: all(sending.settled for sending in sendings),
            "the outcome of one more message in each chat",
            seconds=seconds,
        )

    @property
    def acks(self) -> int:
        """Acknowledged sends so far."""
        return sum(
            sending.was_acked for device in self.writers for sending in device.outbox.all.values()
        )

    @property
    def unacknowledged(self) -> int:
        """Sends without acknowledgement or outcome."""
        return sum(device.outbox.unacknowledged for device in self.writers)

    def first_ack_after(self, moment: float) -> float | None:
        """Seconds from the (monotonic) moment to the next acknowledgement of something sent after it."""
        later = [
            sending.acked_at - moment
            for device in self.writers
            for sending in device.outbox.all.values()
            if sending.acked_at is not None and sending.made_at > moment
        ]
        return min(later, default=None)

    def longest_silence(self, start: float, end: float) -> float:
        """The longest time between two events of one chat (as seen by anybody) within the span, seconds."""
        longest = 0.0
        for group in self._cast.groups:
            times = self.event_times[chat_stream(group.chat)]
            marks = [start, *(moment for moment in times if start < moment < end), end]
            longest = max(
                longest,
                *(after - before for before, after in itertools.pairwise(marks)),
            )
        return longest

    async def _write(self, device: Device) -> None:
        groups = self._cast.groups_of(device.person)
        number = 0
        while True:
            await self._writing.wait()
            if groups and device.outbox.unacknowledged < _UNACKNOWLEDGED:
                number += 1
                group = self._dice.choice(groups)
                sending = await self._one(device, group, f"{device.name} {number}")
                if number % _TWICE_EVERY == 0:
                    await device.send_again(sending)
            await asyncio.sleep(_PER_WRITER_SECONDS * self._dice.uniform(0.5, 1.5))

    async def _one(self, device: Device, group: Group, text: str) -> Sending:
        """A text, or an edit, a deletion or a reaction of something that is there."""
        chat, dice = group.chat, self._dice.random()
        if dice < _REACT and (target := self._some(device, chat, own=False)) is not None:
            emoji = self._dice.choice("👍🎉👀")
            return await device.react(chat, target, emoji, on=self._dice.random() < _PUT_ON)
        if _REACT < dice < _EDIT and (target := self._some(device, chat, own=True)) is not None:
            return await device.edit(chat, target, text)
        if _EDIT < dice < _DELETE:
            admin = device.person is group.admin
            target = self._some(device, chat, own=not admin)
            if target is not None:
                return await device.delete(chat, target)
        return await device.send(chat, text)

    def _some(self, device: Device, chat: ChatId, *, own: bool) -> int | None:
        """The seq of one of the newest messages that the device has, or of its person's own among them."""
        inbox = device.inboxes.get(chat_stream(chat))
        found = [
            piece.first
            for piece in (inbox.pieces[-_NEWEST:] if inbox is not None else ())
            if isinstance(piece.event, MessageCreated) and (not own or piece.by == device.person.id)
        ]
        return self._dice.choice(found) if found else None

    async def _read(self, device: Device) -> None:
        """Have what came, and look at some of it; a second device is often behind the first."""
        groups = self._cast.groups_of(device.person)
        while True:
            await self._writing.wait()
            if groups:
                chat = self._dice.choice(groups).chat
                inbox = device.inboxes.get(chat_stream(chat))
                seqs = [
                    piece.first
                    for piece in (inbox.pieces[-_NEWEST:] if inbox is not None else ())
                    if piece.event is not None
                ]
                if seqs:
                    await device.mark(chat, read=self._dice.choice(seqs), delivered=seqs[-1])
            await asyncio.sleep(_READ_SECONDS * self._dice.uniform(0.5, 1.5))

    async def _glance(self) -> None:
        """See how far the others are, in one chat after another."""
        for group in itertools.cycle(self._cast.groups):
            await self._writing.wait()
            try:
                view = await group.admin.rest.call(
                    RECEIPTS, ReceiptsView, path={"chat": group.chat}
                )
            except (RefusedError, httpx.TransportError):
                pass
            else:
                self.samples += [
                    WatermarkRecord(
                        str(member.person), str(group.chat), (member.read, member.delivered)
                    )
                    for member in view.members
                ]
            await asyncio.sleep(_GLANCE_SECONDS)

    async def _churn(self) -> None:
        """Change one thing of each kind, then be quiet; what fails comes again in its turn."""
        while True:
            await self._writing.wait()
            self._busy += 1
            try:
                await self.churn.step()
            except (RefusedError, httpx.TransportError):
                pass
            finally:
                self._busy -= 1
            if self.churn.between_rounds:
                await asyncio.sleep(_QUIET_SECONDS * self._dice.uniform(0.5, 1.5))


def now() -> float:
    """Monotonic seconds, the clock of all times here."""
    return time.monotonic()
