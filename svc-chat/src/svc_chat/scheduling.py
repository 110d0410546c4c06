"""Messages for later: kept by their authors, and sent at their time, once.

The id of a scheduled message is the id of its command, for ever, and a row goes only after the log has decided. So
whatever dies in between, the command comes again and is a double. It carries no time, therefore the sequencer looks
every such id up. Who is a member then, and who blocks whom, is judged by the log like for all other messages.

A message may carry files: uploads that are ready by then. They are kept for as long as it waits, and what is known of
them is asked for once more when it is sent, like a gateway asks.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, NamedTuple, Protocol

from nexync_contracts import limits
from nexync_contracts.attachments import Attachment
from nexync_contracts.commands import CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, ScheduledId
from nexync_contracts.scheduled_rest import (
    RescheduleBody,
    ScheduleBody,
    ScheduledList,
    ScheduledView,
)
from nexync_runtime import log
from svc_chat import metrics
from svc_chat.commanding import Actor, Commanding
from svc_chat.errors import (
    BusyError,
    InvalidError,
    NothingThereError,
    OutcomeUnknownError,
    RefusedError,
    StoreAwayError,
)
from svc_chat.identifiers import scheduled_id
from svc_chat.reading import StreamReading

EVERY_SECONDS: Final = 1.0
"""How often an instance looks for messages whose time has come."""

STUCK: Final = 10
"""Messages of one round whose outcome nobody said; then the rest waits for the next round."""

_log = log.get("scheduled")


class Scheduled(NamedTuple):
    """A message that waits; `at` in Unix ms."""

    id: ScheduledId
    person: PersonId
    chat: ChatId
    at: int
    command: CreateMessage
    problem: RejectCode | None = None


class ScheduledStore(Protocol):
    """Messages for later in Postgres."""

    async def of(self, person: PersonId, chat: ChatId) -> Sequence[Scheduled]:
        """By their time."""
        ...

    async def add(self, message: Scheduled, most: int) -> Scheduled | None:
        """Keep it and its files, or find the one that has its id; None when the person has `most` already.

        What is known of the files comes with it. Raises InvalidError for those that aren't the person's and ready.
        """
        ...

    async def change(
        self,
        person: PersonId,
        chat: ChatId,
        message: ScheduledId,
        fold: Callable[[Scheduled], Scheduled],
    ) -> Scheduled | None:
        """The person's message as `fold` makes it; None when it isn't there, or is sent by then.

        What is known of other files comes with it, and those that it doesn't carry any more may go. Raises
        InvalidError for files that aren't the person's and ready.
        """
        ...

    async def remove(self, person: PersonId, chat: ChatId, message: ScheduledId) -> bool:
        """Whether it was there; what nothing else asks for of its files may go."""
        ...


class Taken(Protocol):
    """A message whose time has come, held by this instance alone."""

    message: Scheduled
    partition: int

    async def sent(self) -> None:
        """The log has it."""
        ...

    async def refused(self, code: RejectCode) -> None:
        """The log doesn't take it; it waits for its author."""
        ...


class Due(Protocol):
    """Messages whose time has come. Raises StoreAwayError."""

    def take(
        self, now: int, but: Collection[ScheduledId]
    ) -> AbstractAsyncContextManager[Taken | None]:
        """The one that waits for longest and that no other instance has, until the block ends; none of `but`."""
        ...


class Files(Protocol):
    """Uploads in Postgres."""

    async def admit(self, person: PersonId, files: Sequence[AttachmentId]) -> list[Attachment]:
        """Those that are the person's and ready; none of them is removed for a day."""
        ...


class Scheduling:
    """What authors do. Raises NothingThereError, NotYetError, InvalidError. `clock` gives Unix ms."""

    def __init__(
        self, reading: StreamReading, store: ScheduledStore, clock: Callable[[], int]
    ) -> None:
        self._reading = reading
        self._store = store
        self._clock = clock

    async def of(self, me: PersonId, chat: ChatId) -> ScheduledList:
        """One's own messages of a chat that wait, by their time."""
        return ScheduledList(messages=tuple(map(_view, await self._store.of(me, chat))))

    async def add(
        self, me: PersonId, chat: ChatId, body: ScheduleBody, key: str | None
    ) -> ScheduledView:
        """Send it later. Raises NothingThereError for who isn't in the chat."""
        self._check(body.at)
        if not await self._reading.present(me, chat):
            raise NothingThereError
        command = CreateMessage(
            body=body.body,
            reply_to=body.reply_to,
            mentions=body.mentions,
            mention_all=body.mention_all,
            files=body.files,
        )
        message = Scheduled(scheduled_id(me, key), me, chat, body.at, command)
        kept = await self._store.add(message, limits.SCHEDULED)
        if kept is None:
            msg = f"{limits.SCHEDULED} messages wait already, which is the limit"
            raise InvalidError(("body",), msg)
        return _view(kept)

    async def change(
        self, me: PersonId, chat: ChatId, message: ScheduledId, body: RescheduleBody
    ) -> ScheduledView:
        """Another time, another text, other files; a problem that it had is tried again."""
        if body.at is not None:
            self._check(body.at)

        def fold(before: Scheduled) -> Scheduled:
            command = before.command
            if body.body is not None:
                command = command.model_copy(
                    update={
                        "body": body.body,
                        "mentions": body.mentions,
                        "mention_all": body.mention_all,
                    }
                )
            if body.files is not None:
                command = command.model_copy(update={"files": body.files})
            if not command.body and not command.files:
                raise InvalidError(("body", "body"), "a message has a text or a file")
            at = before.at if body.at is None else body.at
            return before._replace(at=at, command=command, problem=None)

        changed = await self._store.change(me, chat, message, fold)
        if changed is None:
            raise NothingThereError
        return _view(changed)

    async def remove(self, me: PersonId, chat: ChatId, message: ScheduledId) -> None:
        """Never send it."""
        if not await self._store.remove(me, chat, message):
            raise NothingThereError

    def _check(self, at: int) -> None:
        if at > self._clock() + limits.SCHEDULED_AHEAD_MS:
            days = limits.SCHEDULED_AHEAD_MS // (24 * 3600 * 1000)
            raise InvalidError(("body", "at"), f"is more than {days} days ahead")


class Sender:
    """A task of the lifecycle in each instance: each message is held by one of them at a time."""

    def __init__(
        self, due: Due, commanding: Commanding, files: Files, clock: Callable[[], int]
    ) -> None:
        self._due = due
        self._commanding = commanding
        self._files = files
        self._clock = clock

    async def run(self) -> None:
        """Send for ever; while a backend is away everything waits."""
        told = ""
        while True:
            try:
                waiting = await self.round()
                reason = f"{waiting} without an outcome" if waiting else ""
            except StoreAwayError as error:
                reason = str(error)
            if reason and reason != told:
                _log.warning("scheduled messages wait", reason=reason)
            told = reason
            await asyncio.sleep(EVERY_SECONDS)

    async def round(self) -> int:
        """Send what is due; the number of those of which nobody said the outcome.

        They come again, as doubles if they were taken. A partition that doesn't answer holds up its own chats alone,
        and STUCK of them end the round.
        """
        unknown: set[ScheduledId] = set()
        while len(unknown) < STUCK:
            async with self._due.take(self._clock(), unknown) as taken:
                if taken is None:
                    break
                try:
                    await self._send(taken)
                except (BusyError, OutcomeUnknownError):
                    unknown.add(taken.message.id)
        return len(unknown)

    async def _send(self, taken: Taken) -> None:
        message = taken.message
        actor = Actor(message.person, None, message.id)
        command = message.command
        if command.files:
            ready = await self._files.admit(message.person, command.files)
            command = carrying(command, ready)
        try:
            await self._commanding.say(actor, message.chat, taken.partition, command)
        except RefusedError as refused:
            await taken.refused(refused.code)
            metrics.SCHEDULED.labels("refused").inc()
        else:
            await taken.sent()
            metrics.SCHEDULED.labels("sent").inc()


def carrying(command: CreateMessage, ready: Sequence[Attachment]) -> CreateMessage:
    """The command with what is known of its files, in their order; the log refuses one that lacks some."""
    known = {one.id: one for one in ready}
    found = tuple(known[one] for one in command.files if one in known)
    return command.model_copy(update={"attachments": found})


def _view(message: Scheduled) -> ScheduledView:
    return ScheduledView(
        scheduled=message.id,
        chat=message.chat,
        at=message.at,
        body=message.command.body,
        attachments=message.command.attachments,
        reply_to=message.command.reply_to,
        problem=message.problem,
    )
