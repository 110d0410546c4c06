"""Push notifications: this session's device, what one wants to read, and who is told of a flush of messages.

Who is told: members who are here on no device, have not muted the chat and have not read the message. A message that
names somebody, or all, is told in a muted chat too. What one wrote oneself, what was deleted and what somebody wrote
whom one has blocked is told to nobody. Of several messages the newest that counts is told.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from nexync_contracts import limits
from nexync_contracts.channels import ONLINE_SECONDS
from nexync_contracts.events import ChatKind, EventRecord, MessageCreated
from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_contracts.push_jobs import PushGone, PushPage, PushPageAsk, PushTarget
from nexync_contracts.push_rest import PushToken, PushView, WebPush
from svc_chat.errors import WindowsAwayError

PAGE_MEMBERS: Final = 200
MESSAGES: Final = 50
"""The newest messages of a flush that are looked at."""


class Reader(NamedTuple):
    """A member with a device, as of one moment.

    `read_seq` is how far they have read, `blocks` whom they have blocked among those who wrote, `devices` their
    living sessions with the tokens.
    """

    person: PersonId
    from_seq: int
    read_seq: int
    muted_until: int
    preview: bool
    blocks: frozenset[PersonId]
    devices: tuple[tuple[SessionId, PushToken], ...]


@dataclass(frozen=True, slots=True)
class Flushed:
    """The messages of a flush that still exist, newest first, and the names to tell them by."""

    kind: ChatKind
    name: str | None
    messages: Sequence[EventRecord]
    names: Mapping[PersonId, str]


class PushStore(Protocol):
    """Devices, settings and readers in Postgres."""

    async def view(self, person: PersonId, session: SessionId) -> tuple[bool, bool]:
        """Whether the session has a device, and whether the person wants previews."""
        ...

    async def keep(self, person: PersonId, session: SessionId, token: PushToken) -> None:
        """The session's device; those of a person beyond the limit go, the oldest first."""
        ...

    async def end(self, session: SessionId) -> None: ...

    async def forget(self, session: SessionId, token: PushToken) -> bool:
        """Remove the device if it still has this token; whether it had."""
        ...

    async def settle(self, person: PersonId, *, preview: bool) -> None: ...

    async def flushed(self, chat: ChatId, low: int, high: int, most: int) -> Flushed | None:
        """None when there is no such chat."""
        ...

    async def readers(
        self, chat: ChatId, after: PersonId | None, most: int, senders: Collection[PersonId]
    ) -> tuple[list[Reader], PersonId | None]:
        """Members behind `after` with a device, out of the next `most` members; where the next page begins."""
        ...

    async def unread(self, people: Collection[PersonId]) -> Mapping[PersonId, int]:
        """Messages that wait in all chats that are not muted."""
        ...


class SeenStore(Protocol):
    """What the gateways say about who is here."""

    async def seen_of(self, people: Sequence[PersonId]) -> Sequence[int | None]:
        """Unix seconds of the last time of each. Raises WindowsAwayError."""
        ...


class Pushing:
    """`web` is how browsers register, None where push is off; `clock` gives Unix seconds."""

    def __init__(
        self,
        store: PushStore,
        presence: SeenStore,
        web: WebPush | None,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._presence = presence
        self._web = web
        self._clock = clock

    async def of(self, person: PersonId, session: SessionId) -> PushView:
        """How push is for this session."""
        device, preview = await self._store.view(person, session)
        return PushView(web=self._web, device=device, preview=preview)

    async def keep(self, person: PersonId, session: SessionId, token: PushToken) -> PushView:
        """Send notifications to this session's device."""
        await self._store.keep(person, session, token)
        return await self.of(person, session)

    async def end(self, person: PersonId, session: SessionId) -> PushView:
        """Send no more."""
        await self._store.end(session)
        return await self.of(person, session)

    async def settle(self, person: PersonId, session: SessionId, *, preview: bool) -> PushView:
        """Show texts, or not."""
        await self._store.settle(person, preview=preview)
        return await self.of(person, session)

    async def gone(self, word: PushGone) -> bool:
        """Firebase doesn't know the token any more."""
        return await self._store.forget(word.session, word.token)

    async def page(self, ask: PushPageAsk) -> PushPage:
        """The devices of one page of members."""
        flushed = await self._store.flushed(ask.chat, ask.low, ask.high, MESSAGES)
        if flushed is None or not flushed.messages:
            return PushPage(targets=(), after=None)
        senders = {PersonId(record.by) for record in flushed.messages}
        readers, after = await self._store.readers(ask.chat, ask.after, PAGE_MEMBERS, senders)
        now_ms = int(self._clock() * 1000)
        told = [
            (reader, record)
            for reader in readers
            if (record := worth_telling(reader, flushed.messages, now_ms)) is not None
        ]
        absent = await self._absent([reader.person for reader, _ in told])
        told = [(reader, record) for reader, record in told if reader.person in absent]
        unread: Mapping[PersonId, int] = await self._store.unread(absent) if told else {}
        targets = [
            _target(reader, record, flushed, unread.get(reader.person, 1), device)
            for reader, record in told
            for device in reader.devices
        ]
        return PushPage(targets=tuple(targets), after=after)

    async def _absent(self, people: Sequence[PersonId]) -> set[PersonId]:
        """Who is here on no device. While Redis is away nobody is known to be here."""
        if not people:
            return set()
        try:
            seen = await self._presence.seen_of(people)
        except WindowsAwayError:
            return set(people)
        now = self._clock()
        return {
            person
            for person, at in zip(people, seen, strict=True)
            if at is None or now - at >= ONLINE_SECONDS
        }


def worth_telling(
    reader: Reader, messages: Sequence[EventRecord], now_ms: int
) -> EventRecord | None:
    """The newest of the messages that the reader is to be told of."""
    muted = reader.muted_until > now_ms
    for record in messages:
        mine = _is_own(record, reader.person) or record.by in reader.blocks
        unseen = record.seq > max(reader.read_seq, reader.from_seq)
        if not mine and unseen and (not muted or _names(record, reader.person)):
            return record
    return None


def _is_own(record: EventRecord, person: PersonId) -> bool:
    """Whether the person said it; what a program said for them is news to them, too."""
    event = record.event
    return record.by == person and not (isinstance(event, MessageCreated) and event.hook)


def _names(record: EventRecord, person: PersonId) -> bool:
    event = record.event
    return isinstance(event, MessageCreated) and (
        event.mention_all or any(mention.person == person for mention in event.mentions)
    )


def _target(
    reader: Reader,
    record: EventRecord,
    flushed: Flushed,
    unread: int,
    device: tuple[SessionId, PushToken],
) -> PushTarget:
    session, token = device
    title, text = _words(record, flushed) if reader.preview else (None, None)
    return PushTarget(
        session=session,
        token=token,
        seq=record.seq,
        unread=max(1, unread),
        title=title,
        text=text,
    )


def _words(record: EventRecord, flushed: Flushed) -> tuple[str, str]:
    """Who wrote what, and where."""
    said = record.event if isinstance(record.event, MessageCreated) else None
    hook = said.hook if said is not None else None
    sender = hook or flushed.names.get(PersonId(record.by), "Somebody")
    body = said.body if said is not None else ""
    if flushed.kind is ChatKind.PRIVATE:
        title, text = sender, body
    else:
        title, text = flushed.name or "Group", f"{sender}: {body}"
    return _short(title, limits.PUSH_TITLE_CHARS), _short(text, limits.PUSH_TEXT_CHARS)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
