"""All that is one person's, packed for them: JSON and their files in a zip, a page at a time.

Bounds: `limits.OWN_DATA_EXPORTS` at the same time in a process, one a person; one more is refused. Contents of files
up to `limits.OWN_DATA_FILE_BYTES` in all; those that have no room are named. Nothing is held but one page, and no
connection to Postgres while a piece waits for its reader.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import BaseModel
from pydantic_core import to_json

from nexync_contracts.attachments import Attachment
from nexync_contracts.export_rest import AccountCopy, ExportLine, OwnFileLine, OwnReport
from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_contracts.limits import OWN_DATA_EXPORTS, OWN_DATA_FILE_BYTES, PAGE_MAX
from nexync_contracts.rest import ChatView
from svc_chat.errors import BusyError, NothingThereError
from svc_chat.listing import Listing
from svc_chat.profiling import Profiles
from svc_chat.relations import Relations
from svc_chat.scheduling import Scheduling
from svc_chat.serving import Contents
from svc_chat.timeline import Timelines, Wanted
from svc_chat.zipping import Entry, zipped

READ_ME: Final = """\
What Nexync keeps of you, as JSON. Files that end with .jsonl have one thing a line. Times are Unix milliseconds.

account.json     your account: address, ways to log in, where you are logged in, your bots
profile.json     your name, and what you say of yourself
privacy.json     what you allow others
people.jsonl     people you are connected with, have asked or are asked by
blocked.jsonl    people you blocked
chats.jsonl      your chats, with what you keep about them: muted, pinned, drafts
chats/ID.jsonl   what you wrote in the chat with this ID, as it is now
scheduled.jsonl  messages of yours that wait for their time
files.jsonl      files and pictures you uploaded; "entry" says where in this zip each of them is
files/ID/NAME    the files, up to {limit} GiB in all
reports.jsonl    messages and people you reported

Files without an "entry" had no room: save them from the messages that they are in. One that you deleted while this
was packed may be missing.

What others wrote is theirs: a chat as a whole is exported from the chat itself.
"""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file that is ready: what is known of it, and where its content is in the object store."""

    facts: Attachment
    place: str


class Accounts(Protocol):
    """What svc-auth keeps."""

    async def copy(self, person: PersonId, session: SessionId) -> AccountCopy:
        """Of this person, once after a proof of who they are in this session.

        Raises NothingThereError, NotProvedError, NotYetError when svc-auth doesn't answer.
        """
        ...


class OwnRows(Protocol):
    """What Postgres has of a person besides, in pages of PAGE_MAX, each after the last one of the page before."""

    async def files(self, person: PersonId, after: str | None) -> Sequence[OwnFile]:
        """Uploads that are ready, by id."""
        ...

    async def reports(
        self, person: PersonId, after: str | None
    ) -> tuple[Sequence[OwnReport], str | None]:
        """Reports that the person made, by id, and where the next page begins; None when there is none."""
        ...


class OwnData:
    """Raises, before the first piece, BusyError, NothingThereError, NotProvedError, NotYetError.

    Later ones end the stream early, ObjectsAwayError among them.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        profiles: Profiles,
        relations: Relations,
        listing: Listing,
        timelines: Timelines,
        scheduling: Scheduling,
        rows: OwnRows,
        contents: Contents,
        most: int = OWN_DATA_EXPORTS,
        file_bytes: int = OWN_DATA_FILE_BYTES,
    ) -> None:
        self._accounts = accounts
        self._profiles = profiles
        self._relations = relations
        self._listing = listing
        self._timelines = timelines
        self._scheduling = scheduling
        self._rows = rows
        self._contents = contents
        self._most = most
        self._file_bytes = file_bytes
        self._running: set[PersonId] = set()

    async def of(self, person: PersonId, session: SessionId) -> AsyncGenerator[bytes]:
        """The pieces of the zip."""
        self._refuse_when_full(person)
        account = await self._accounts.copy(person, session)
        # Others, or the same person, may have begun meanwhile.
        self._refuse_when_full(person)
        return self._pieces(person, account)

    def _refuse_when_full(self, person: PersonId) -> None:
        if person in self._running or len(self._running) >= self._most:
            raise BusyError

    async def _pieces(self, person: PersonId, account: AccountCopy) -> AsyncGenerator[bytes]:
        self._running.add(person)
        try:
            async for piece in zipped(self._entries(person, account)):
                yield piece
        finally:
            self._running.discard(person)

    async def _entries(self, me: PersonId, account: AccountCopy) -> AsyncIterator[Entry]:
        yield Entry("README.txt", _one(_read_me(self._file_bytes)))
        yield Entry("account.json", _one(_readable(account)))
        yield Entry("profile.json", _one(_readable(await self._profiles.own(me))))
        yield Entry("privacy.json", _one(_readable(await self._profiles.privacy(me))))
        yield Entry("people.jsonl", self._people(me))
        yield Entry("blocked.jsonl", _one(_lines((await self._profiles.blocked(me)).people)))
        chats: list[ChatId] = []
        told = self._chats(me, lambda page: chats.extend(one.chat for one in page))
        yield Entry("chats.jsonl", told)
        for chat in chats:
            yield Entry(f"chats/{chat}.jsonl", self._said(me, chat))
        yield Entry("scheduled.jsonl", self._scheduled(me, chats))
        yield Entry("reports.jsonl", self._reports(me))
        yield Entry("files.jsonl", self._file_lines(me))
        async for file in self._contents_of_files(me):
            yield file

    async def _people(self, me: PersonId) -> AsyncIterator[bytes]:
        after: str | None = None
        while True:
            page = await self._relations.connections(me, after)
            yield _lines(page.people)
            after = page.next
            if after is None:
                return

    async def _chats(
        self, me: PersonId, told: Callable[[Sequence[ChatView]], None]
    ) -> AsyncIterator[bytes]:
        after: str | None = None
        while True:
            page = await self._listing.page(me, after, PAGE_MAX)
            told(page.chats)
            yield _lines(page.chats)
            after = page.next
            if after is None:
                return

    async def _said(self, me: PersonId, chat: ChatId) -> AsyncIterator[bytes]:
        """One's own lines, up to what is newest now; none of a chat that one may not see any more."""
        after, end = 0, None
        while True:
            try:
                page = await self._timelines.page(chat, me, Wanted(after=after, count=PAGE_MAX))
            except NothingThereError:
                return
            end = page.as_of if end is None else end
            states = {state.seq: state for state in page.states}
            yield _lines(
                [
                    ExportLine(record=one, state=states.get(one.seq))
                    for one in page.items
                    if one.by == me and one.seq <= end
                ]
            )
            if page.after is None or page.after >= end:
                return
            after = page.after

    async def _scheduled(self, me: PersonId, chats: Sequence[ChatId]) -> AsyncIterator[bytes]:
        for chat in chats:
            yield _lines((await self._scheduling.of(me, chat)).messages)

    async def _files(self, me: PersonId) -> AsyncIterator[Sequence[tuple[OwnFile, str | None]]]:
        """Page by page, each file with its place in the zip while there is room, the oldest first."""
        after, room = None, self._file_bytes
        while True:
            page = await self._rows.files(me, after)
            placed: list[tuple[OwnFile, str | None]] = []
            for one in page:
                fits = one.facts.size <= room
                room -= one.facts.size if fits else 0
                placed.append((one, _entry_of(one.facts) if fits else None))
            yield placed
            if len(page) < PAGE_MAX:
                return
            after = page[-1].facts.id

    async def _file_lines(self, me: PersonId) -> AsyncIterator[bytes]:
        async for page in self._files(me):
            yield _lines([OwnFileLine(file=one.facts, entry=entry) for one, entry in page])

    async def _contents_of_files(self, me: PersonId) -> AsyncIterator[Entry]:
        async for page in self._files(me):
            for one, entry in page:
                if entry is None:
                    continue
                try:
                    content = await self._contents.open(one.place, 0, one.facts.size)
                except NothingThereError:
                    continue
                yield Entry(entry, content, packed=True)

    async def _reports(self, me: PersonId) -> AsyncIterator[bytes]:
        after: str | None = None
        while True:
            page, after = await self._rows.reports(me, after)
            yield _lines(page)
            if after is None:
                return


def _read_me(file_bytes: int) -> bytes:
    return READ_ME.format(limit=f"{file_bytes / 1024**3:g}").encode()


def _entry_of(file: Attachment) -> str:
    """No two are the same, and none leads out of its folder: names have no slashes, but may be dots alone."""
    return f"files/{file.id}/{file.name if file.name.strip('.') else 'file'}"


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _readable(model: BaseModel) -> bytes:
    text = json.dumps(model.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return text.encode() + b"\n"


def _lines(models: Sequence[BaseModel]) -> bytes:
    return b"".join(to_json(one) + b"\n" for one in models)
