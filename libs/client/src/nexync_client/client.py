"""The asyncio shell of a conversation: sockets, timers and REST, and nothing that decides."""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Final

import httpx

from nexync_client import actions
from nexync_client.conversation import Conversation, Output
from nexync_client.errors import EndedError, NotConnectedError, RefusedError
from nexync_client.happenings import OBSERVED, Ended, Happening, Live, Settled
from nexync_client.link import Link
from nexync_client.options import Options
from nexync_client.outbox import Command, Sending
from nexync_client.reading import history
from nexync_client.rest import Rest
from nexync_contracts import frames
from nexync_contracts.attachments import AttachmentIds
from nexync_contracts.ids import ChatId, ClientId, PersonId, Stream, stream_id
from nexync_contracts.message_events import Mentions

WAITING: Final = 1_000
"""Happenings that wait for the program. When it is slower the sockets aren't read: the server closes a slow reader,
and the resume brings what it missed."""

_NOT_FOUND: Final = 404


class Client:
    """A conversation that goes on as long as its block: `listening` hands on what happens, `running` only sends.

    `sockets` are WebSocket URLs that are tried in turn, the page's own if empty. `heads` are what an earlier life saw
    last (`heads()`), to go on from there. `hear` is called with each happening, those for observers too, and the
    monotonic time; it has to return at once.
    """

    def __init__(
        self,
        rest: Rest,
        sockets: Sequence[str] = (),
        *,
        options: Options | None = None,
        heads: Mapping[Stream, frames.Head] | None = None,
        hear: Callable[[Happening, float], None] | None = None,
        dice: random.Random | None = None,
    ) -> None:
        self.rest = rest
        self.person: PersonId | None = None
        """Whose conversation it is, known once it is live."""
        self.conversation = Conversation(
            sockets or (rest.socket,),
            options or Options(),
            unix_ms=time.time() * 1000,
            now=time.monotonic(),
            heads=heads,
            dice=dice,
        )
        self._hear = hear
        self._group: asyncio.TaskGroup | None = None
        self._links: dict[int, Link] = {}
        self._connecting: dict[int, asyncio.Task[None]] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._asleep_until = math.inf
        self._waiting: asyncio.Queue[Happening] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._settling: dict[str, asyncio.Future[Sending]] = {}
        self._begun = asyncio.Event()
        self._performing = False

    @property
    def live(self) -> bool:
        """Whether there is a socket that has resumed."""
        return self.conversation.live

    @property
    def waiting(self) -> int:
        """Happenings that wait for the program."""
        return self._waiting.qsize() if self._waiting is not None else 0

    def heads(self) -> dict[Stream, frames.Head]:
        """What was seen last of each stream; keep it to go on from there in another life."""
        return self.conversation.streams.heads()

    @contextlib.asynccontextmanager
    async def running(self, *, seconds: float = 30.0) -> AsyncGenerator["Client"]:
        """Connected within the block and kept so; live when the block starts.

        Raises TimeoutError after so many seconds, EndedError when the server doesn't want this client, and
        ContractError (also later, in a group) when it speaks a newer language.
        """
        async with asyncio.TaskGroup() as group:
            self._group = group
            timer = group.create_task(self._keep_time(), name="nexync timer")
            self.conversation.start(time.monotonic())
            self._perform()
            try:
                async with asyncio.timeout(seconds):
                    await self._begun.wait()
                if self.conversation.ended is not None:
                    raise EndedError(self.conversation.ended)
                yield self
            finally:
                self.conversation.stop()
                self._perform()
                self._group = None
                timer.cancel()
                self._room.set()
                for task in (*self._connecting.values(), *self._asking):
                    task.cancel()
                for future in self._settling.values():
                    future.cancel()

    @contextlib.asynccontextmanager
    async def listening(self, *, seconds: float = 30.0) -> AsyncGenerator[AsyncIterator[Happening]]:
        """Like `running`, with what happens: an iterator that ends with EndedError when the server says goodbye."""
        self._waiting = asyncio.Queue()
        async with self.running(seconds=seconds):
            yield self._happenings(self._waiting)

    async def send(
        self,
        chat: ChatId,
        body: str,
        *,
        reply_to: int | None = None,
        mentions: Mentions = (),
        files: AttachmentIds = (),
    ) -> Sending:
        """Line up a message; doesn't wait for anything. Raises OutboxFullError.

        `files` are one's own uploads that are ready; with any the body may be empty.
        """
        return self.line_up(
            frames.SendFrame(
                id=self._id(),
                chat=chat,
                body=body,
                reply_to=reply_to,
                mentions=mentions,
                files=files,
            )
        )

    async def edit(self, chat: ChatId, target: int, body: str) -> Sending:
        """The same for another text of the message `target`."""
        return self.line_up(frames.EditFrame(id=self._id(), chat=chat, target=target, body=body))

    async def delete(self, chat: ChatId, target: int) -> Sending:
        """The same for deleting the message `target`."""
        return self.line_up(frames.DeleteFrame(id=self._id(), chat=chat, target=target))

    async def react(self, chat: ChatId, target: int, emoji: str, *, on: bool = True) -> Sending:
        """The same for an emoji on the message `target`."""
        return self.line_up(
            frames.ReactFrame(id=self._id(), chat=chat, target=target, emoji=emoji, on=on)
        )

    def line_up(self, frame: Command) -> Sending:
        """The same for a frame with an id of one's own making. Raises OutboxFullError."""
        sending = self.conversation.line_up(frame, time.monotonic())
        self._perform()
        return sending

    async def outcome(self, sending: Sending) -> Sending:
        """Wait until the command is settled: `seq` or `code` is set then."""
        if not sending.settled:
            future = self._settling.setdefault(
                sending.frame.id, asyncio.get_running_loop().create_future()
            )
            await asyncio.shield(future)
        return sending

    def say(self, frame: frames.LookFrame | frames.TypingFrame) -> bool:
        """Write what has no outcome; False when there is no socket for it."""
        said = self.conversation.say(frame)
        self._perform()
        return said

    async def send_again(self, sending: Sending) -> None:
        """Write a command once more although nothing asks for it, as an impatient client would."""
        self.conversation.write_again(sending.frame)
        self._perform()

    def drop(self) -> None:
        """Lose the connection without a closing handshake; the client comes back by itself."""
        link = self._link()
        if link is not None:
            link.drop()

    async def write_raw(self, data: str | bytes) -> None:
        """Any bytes as one text (str) or binary (bytes) frame. Raises NotConnectedError."""
        link = self._link()
        if link is None:
            raise NotConnectedError("there is no socket now")
        await link.write_raw(data)

    def _link(self) -> Link | None:
        number = self.conversation.current
        return self._links.get(number) if number is not None else None

    def _id(self) -> ClientId:
        return self.conversation.new_id(time.monotonic())

    def _perform(self) -> None:
        """Do what the conversation wants, in its order and without waiting.

        Whoever is told something may want more at once: that comes after what was wanted before.
        """
        if self._performing:
            return
        self._performing = True
        try:
            while outputs := self.conversation.outputs():
                for output in outputs:
                    self._do(output)
        finally:
            self._performing = False
        moment = self.conversation.next_wake()
        if moment is not None and moment < self._asleep_until:
            self._changed.set()

    def _do(self, output: Output) -> None:
        match output:
            case actions.Open():
                self._open(output)
            case actions.Write():
                if output.number in self._links:
                    self._links[output.number].write(output.frame)
            case actions.Close():
                self._close(output.number)
            case actions.Renew():
                self._ask(self._renew())
            case actions.Fetch():
                self._ask(self._fetch(output))
            case _:
                self._tell(output)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None] | None:
        if self._group is None:
            work.close()
            return None
        return self._group.create_task(work)

    def _ask(self, work: Coroutine[None, None, None]) -> None:
        """Something over REST, which ends with the block."""
        task = self._spawn(work)
        if task is not None:
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    def _open(self, order: actions.Open) -> None:
        link = self._links[order.number] = Link()
        task = self._spawn(self._run(link, order))
        if task is not None:
            self._connecting[order.number] = task

    def _close(self, number: int) -> None:
        if number in self._connecting:
            self._connecting[number].cancel()
        elif number in self._links:
            self._links[number].close()

    async def _run(self, link: Link, order: actions.Open) -> None:
        number = order.number
        try:
            over = await link.run(
                order.address,
                self.rest.handshake,
                partial(self._opened, number),
                partial(self._received, number),
            )
        finally:
            self._connecting.pop(number, None)
            self._links.pop(number, None)
        self.conversation.lost(number, over.code, time.monotonic(), status=over.status)
        self._perform()

    def _opened(self, number: int) -> None:
        self._connecting.pop(number, None)
        self.conversation.opened(number, time.monotonic())
        self._perform()

    async def _received(self, number: int, frame: frames.ServerFrame) -> None:
        self.conversation.received(number, frame, time.monotonic())
        self._perform()
        await self._room.wait()

    async def _renew(self) -> None:
        possible = await self.rest.renew()
        self.conversation.renewed(time.monotonic(), possible=possible)
        self._perform()

    async def _fetch(self, order: actions.Fetch) -> None:
        stream, chat = order.stream, ChatId(stream_id(order.stream))
        try:
            read = await history(self.rest, chat, after=order.after, at_least=order.at_least)
        except (RefusedError, httpx.TransportError) as error:
            over = isinstance(error, RefusedError) and error.status == _NOT_FOUND
            self.conversation.unfetched(stream, time.monotonic(), for_good=over)
        else:
            self.conversation.fetched(stream, order.at_least, read.pieces, time.monotonic())
        self._perform()

    async def _keep_time(self) -> None:
        while True:
            self._changed.clear()
            moment = self.conversation.next_wake()
            self._asleep_until = math.inf if moment is None else moment
            wait = None if moment is None else max(0.0, moment - time.monotonic())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            self.conversation.wake(time.monotonic())
            self._perform()

    def _tell(self, happening: Happening) -> None:
        match happening:
            case Live():
                self.person = happening.person
                self._begun.set()
            case Ended():
                self._begun.set()
            case Settled():
                future = self._settling.pop(happening.sending.frame.id, None)
                if future is not None and not future.done():
                    future.set_result(happening.sending)
            case _:
                pass
        if self._hear is not None:
            self._hear(happening, time.monotonic())
        if self._waiting is not None and not isinstance(happening, OBSERVED):
            self._waiting.put_nowait(happening)
            if self._waiting.qsize() >= WAITING:
                self._room.clear()

    async def _happenings(self, waiting: asyncio.Queue[Happening]) -> AsyncIterator[Happening]:
        while True:
            happening = await waiting.get()
            if waiting.qsize() < WAITING:
                self._room.set()
            if isinstance(happening, Ended):
                raise EndedError(happening.code)
            yield happening
