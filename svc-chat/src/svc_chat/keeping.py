"""Answers that are kept for a while, so that the same question isn't asked of Postgres again.

A key names everything that an answer depends on: who asks for what, the head of the stream, and revisions of what
isn't in a stream. What changes moves one of them, so a kept answer is never corrected and never wrong: it is no
longer asked for, and ends by its time.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from nexync_contracts.ids import ChatId, PersonId, chat_stream
from svc_chat import metrics
from svc_chat.errors import WindowsAwayError
from svc_chat.pacing import Pace
from svc_chat.ports import KeptAnswers, Revisions, StreamStore, WindowHead, Windows

KEPT_BYTES: Final = 262_144
"""A larger answer isn't kept."""

LEAD_SECONDS: Final = 0.5
"""How long the others wait for the one that fills; then they ask Postgres themselves."""

RESTS: Final = WindowHead(0, 0, 0)
"""Of a chat of which Redis holds nothing, because all of it is in Postgres since an hour. No head is like this."""

EVERYBODY: Final = "everybody"
"""The revision of names, pictures and settings of privacy: what anybody's answer may show of anybody."""


@dataclass(frozen=True, slots=True)
class Version:
    """What an answer depends on, as text, and how many seconds it may be kept at most.

    `as_of` is the head that a page which lies wholly below it holds for, however old it is.
    """

    text: str
    seconds: int
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What a page of a chat was made of: the chat's head then, and whether its reader was in the chat."""

    head: WindowHead
    member: bool


Versions = Callable[[], Awaitable[Version | None]]
"""The version of now; None when it can't be known, or the answer must be made anew."""

Fill = Callable[[], Awaitable[tuple[bytes, bool]]]
"""Makes the answer, and says whether it may be kept."""


class Keeping:
    """Gives an answer that is kept, or makes and keeps it: one at a time for each, here and among all instances.

    An answer is kept only if it is of the version that was asked for: if its own moment is known, by that; else if the
    version was the same before and after it was made, so that what was read meanwhile from a backend that came or
    went is not.
    """

    def __init__(self, kept: KeptAnswers, pace: Callable[[], Pace]) -> None:
        self._kept = kept
        self._pace = pace
        self._flights: dict[str, asyncio.Future[bytes | None]] = {}

    async def answer(
        self,
        name: str,
        question: str,
        versions: Versions,
        fill: Fill,
        made_at: Versions | None = None,
    ) -> bytes:
        """The answer's bytes. `question` says who asks for what; raises what `fill` raises.

        `made_at` tells the version of the moment that the answer is of, where that is known; else it is asked again.
        """
        version = await versions()
        if version is None:
            metrics.KEPT.labels(name, "passed").inc()
            body, _ = await fill()
            return body
        key = key_of(name, question, version)
        flight = self._flights.get(key)
        if flight is not None:
            shared = await asyncio.shield(flight)
            if shared is not None:
                metrics.KEPT.labels(name, "shared").inc()
                return shared
            body, _ = await fill()
            return body
        with self._flight(key) as landing:
            body, keep = await self._got_or_made(name, key, version, made_at or versions, fill)
            landing.set_result(body if keep else None)
        return body

    async def _got_or_made(
        self, name: str, key: str, version: Version, made_at: Versions, fill: Fill
    ) -> tuple[bytes, bool]:
        body, leads = await self._kept.get_or_lead(key)
        if body is not None:
            metrics.KEPT.labels(name, "hit").inc()
            return body, True
        if not leads:
            body = await self._awaited(key)
            if body is not None:
                metrics.KEPT.labels(name, "shared").inc()
                return body, True
        metrics.KEPT.labels(name, "miss").inc()
        body, keep = await fill()
        if keep and len(body) <= KEPT_BYTES and _same(await made_at(), version):
            await self._kept.put(key, body, version.seconds)
        return body, keep

    async def _awaited(self, key: str) -> bytes | None:
        """What another instance is making."""
        pace = self._pace()
        while await pace.again(LEAD_SECONDS):
            body = await self._kept.get(key)
            if body is not None:
                return body
        return None

    @contextmanager
    def _flight(self, key: str) -> Generator[asyncio.Future[bytes | None]]:
        """Others with the same question wait for the future; None when it came to nothing."""
        landing: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._flights[key] = landing
        try:
            yield landing
        finally:
            del self._flights[key]
            if not landing.done():
                landing.set_result(None)


def _same(now: Version | None, before: Version) -> bool:
    return now is not None and now.text == before.text


def key_of(name: str, question: str, version: Version) -> str:
    """One key for each question and version."""
    text = f"{name}\n{question}\n{version.text}"
    return hashlib.sha256(text.encode()).hexdigest()


class Standing:
    """What answers depend on, as it is now."""

    def __init__(self, streams: StreamStore, windows: Windows, revisions: Revisions) -> None:
        self._streams = streams
        self._windows = windows
        self._revisions = revisions

    async def head(self, chat: ChatId) -> WindowHead | None:
        """The head of a chat, from its window, or from Postgres where it rests; None when it isn't known."""
        found = await self.live_head(chat)
        if found is not RESTS:
            return found
        stream = chat_stream(chat)
        stored = (await self._streams.heads([stream])).get(stream)
        return None if stored is None else WindowHead(stored.epoch, stored.head, stored.n)

    async def live_head(self, chat: ChatId) -> WindowHead | None:
        """The head of a chat from its window; RESTS where it has none, so that Postgres has all; None when unknown."""
        stream = chat_stream(chat)
        place = await self._streams.partition_of(stream)
        if place is None:
            return None
        try:
            found = await self._windows.heads([stream], {place})
        except WindowsAwayError:
            return None
        return found.heads.get(stream, RESTS) if place in found.live else None

    async def revisions(self, names: Sequence[str]) -> str | None:
        """The revisions, in the order of their names; None when they aren't known."""
        found = await self._revisions.read(names)
        return None if found is None else " ".join(found)

    async def moved(self, names: Sequence[str]) -> None:
        """Something that these stand for has changed. Raises UnmovedError: then nobody may be told that it has."""
        await self._revisions.move(names)


def revision_of(person: PersonId) -> str:
    """The revision of what one person keeps and of what is between them and others."""
    return f"p:{person}"


def unchanged_below(head: WindowHead) -> str:
    """The same until something other than a message is added: an edit, a reaction, a change of members.

    `n` of the head counts messages, so what is left of `seq` counts everything else. A page that lies wholly below
    the head is as it was while this is.
    """
    return f"{head.epoch}:{head.seq - head.n}"


def at_head(head: WindowHead) -> str:
    """The same until anything is added."""
    return f"{head.epoch}:{head.seq}"


def question_of(person: PersonId, path: Mapping[str, str], query: Mapping[str, object]) -> str:
    """Who asks for what; `at_least` says when, not what."""
    chosen = {**path, **{name: it for name, it in query.items() if name != "at_least"}}
    parts = (f"{name}={chosen[name]!r}" for name in sorted(chosen) if chosen[name] is not None)
    return " ".join((person, *parts))
