"""One device of a person: the client with everything kept and noted that its judges want to know."""

import contextlib
import random
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final

from nexync_client import Backoff, Client, NexyncError, Options, Sending
from nexync_client import happenings as tell
from nexync_client.inbox import Inbox
from nexync_client.outbox import Outbox
from nexync_contracts import frames
from nexync_contracts.ids import AttachmentId, ChatId, Stream
from nexync_e2e.marks import Marks
from nexync_e2e.person import Person
from nexync_e2e.stories import Stories
from nexync_e2e.waiting import until_true

_BACKOFF: Final = Backoff(least=0.02, first=0.1, cap=2.0)
"""Quicker than a client should be: what is measured is the server."""


class Device:
    """A person's device at one or several gateways, tried in turn.

    `repair` off makes a device that never asks for what it lacks. `check_seconds` is its own check of heads.
    `only` names the chats that this device keeps; events of others are passed over. `on_event` is called with
    the stream and the monotonic time of every event frame. `longest_hole` is in seconds; `moves` are the monotonic
    times at which a socket became the device's, `offline` the spans in which it had none after it had one.
    A silent socket is never given up, so that what a gateway holds back shows.
    """

    def __init__(
        self,
        person: Person,
        gateways: tuple[str, ...],
        *,
        name: str = "device",
        trust_acks: bool = False,
        repair: bool = True,
        check_seconds: float = 15.0,
        dice: random.Random | None = None,
        on_event: Callable[[Stream, float], None] | None = None,
        only: frozenset[Stream] | None = None,
    ) -> None:
        self.person = person
        self.name = name
        self.errors: list[frames.ErrorFrame] = []
        self.typists: list[frames.TypistFrame] = []
        self.own_chats: list[frames.OwnChatFrame] = []
        self.marks: list[frames.ReadFrame] = []
        self.receipts = Marks()
        self.close_codes: list[int] = []
        """Of all sockets since the device was live for the first time; services that are just starting refuse some."""
        self.gateways_seen: list[str] = []
        self.resets = 0
        self.repairs = 0
        self.longest_hole = 0.0
        self.moves: list[float] = []
        self.offline: list[tuple[float, float]] = []
        self.stories = Stories()
        self._offline_since: float | None = None
        self._hole_since: dict[Stream, float] = {}
        self._on_event = on_event
        options = Options(
            repair=repair,
            check_seconds=check_seconds,
            silence_seconds=0,
            history=True,
            only=only,
            keep=None,
            remember=None,
            trust_acks=trust_acks,
            backoff=_BACKOFF,
        )
        self._client = Client(person.rest, gateways, options=options, hear=self._hear, dice=dice)

    @property
    def live(self) -> bool:
        """Whether there is a socket that has resumed."""
        return self._client.live

    @property
    def inboxes(self) -> dict[Stream, Inbox]:
        """Everything that came of each stream."""
        return self._client.conversation.streams.inboxes

    @property
    def outbox(self) -> Outbox:
        """All commands and what became of them."""
        return self._client.conversation.outbox

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["Device"]:
        """Connected, and kept so, within the block; resumed when the block starts."""
        async with self._client.running():
            self.close_codes.clear()
            yield self

    async def send(self, chat: ChatId, body: str, files: tuple[AttachmentId, ...] = ()) -> Sending:
        """Line up a message and write it when the socket takes it; doesn't wait for anything."""
        return await self._client.send(chat, body, files=files)

    async def edit(self, chat: ChatId, target: int, body: str) -> Sending:
        """The same for another text of the message `target`."""
        return await self._client.edit(chat, target, body)

    async def delete(self, chat: ChatId, target: int) -> Sending:
        """The same for deleting the message `target`."""
        return await self._client.delete(chat, target)

    async def react(self, chat: ChatId, target: int, emoji: str, *, on: bool = True) -> Sending:
        """The same for an emoji on the message `target`."""
        return await self._client.react(chat, target, emoji, on=on)

    async def mark(self, chat: ChatId, *, read: int = 0, delivered: int = 0) -> None:
        """Say how far this device is; what isn't confirmed goes along again."""
        self.receipts.say(chat, read=read, delivered=delivered)
        await self.mark_again()

    async def mark_again(self) -> None:
        """Say again what isn't confirmed for long."""
        if self.live and (due := self.receipts.due(time.monotonic())) is not None:
            with contextlib.suppress(NexyncError):
                await self.write_raw(due.model_dump_json(exclude_none=True))

    async def send_again(self, sending: Sending) -> None:
        """Write a command once more although nothing asks for it, as an impatient client would."""
        await self._client.send_again(sending)

    async def settled(self, *, seconds: float = 30.0) -> None:
        """Wait until every command has its outcome."""
        await until_true(
            lambda: not self.outbox.unsettled, f"{self.name}: all outcomes", seconds=seconds
        )

    async def caught_up(self, stream: Stream, seq: int, *, seconds: float = 30.0) -> None:
        """Wait until the stream is closed up to `seq`."""
        await until_true(
            lambda: stream in self.inboxes and self.inboxes[stream].head >= seq,
            f"{self.name}: {stream} up to {seq}",
            seconds=seconds,
        )

    async def drop(self) -> None:
        """Lose the connection without a closing handshake; the device comes back by itself."""
        self._client.drop()

    async def write_raw(self, data: str | bytes) -> None:
        """Any bytes as one text (str) or binary (bytes) frame. Raises ConnectionError when not connected."""
        await self._client.write_raw(data)

    def _hear(self, happening: tell.Happening, now: float) -> None:
        if isinstance(happening, tell.Traced):
            self.stories.add(happening, now)
            return
        match happening:
            case tell.Live():
                self.gateways_seen.append(happening.gateway)
                self.stories.live(self._client.conversation.current, happening.gateway)
                self.moves.append(now)
                self.receipts.reconnected()
                if self._offline_since is not None:
                    self.offline.append((self._offline_since, now))
                    self._offline_since = None
            case tell.Away():
                self._offline_since = now
            case tell.SocketClosed():
                self.close_codes.append(happening.code)
            case tell.Arrived():
                if self._on_event is not None:
                    self._on_event(happening.stream, now)
            case tell.HoleOpened():
                self._hole_since[happening.stream] = now
                self.repairs += happening.asked
            case tell.HoleClosed():
                since = self._hole_since.pop(happening.stream, now)
                self.longest_hole = max(self.longest_hole, now - since)
            case tell.WasReset():
                self.resets += 1
            case tell.Said():
                self._note(happening.frame)
            case _:
                pass

    def _note(self, frame: frames.ServerFrame) -> None:
        match frame:
            case frames.ErrorFrame():
                self.errors.append(frame)
            case frames.TypistFrame():
                self.typists.append(frame)
            case frames.OwnChatFrame():
                self.own_chats.append(frame)
            case frames.ReadFrame():
                self.marks.append(frame)
            case frames.MarkedFrame():
                self.receipts.marked(frame)
            case frames.ReceiptsFrame():
                self.receipts.hear(frame)
            case _:
                pass
