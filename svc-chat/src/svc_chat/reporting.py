"""Reports of messages and people. What is kept of a message is what the reporter sees of it now."""

from dataclasses import dataclass
from typing import Protocol

from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.report_rest import ReportBody, ReportDone, ReportReason
from svc_chat.errors import InvalidError, NothingThereError
from svc_chat.ports import PersonStore
from svc_chat.timeline import Timelines


@dataclass(frozen=True, slots=True)
class Said:
    """A message as evidence; `at` is when it was written, Unix ms."""

    chat: ChatId
    seq: int
    body: str
    at: int


@dataclass(frozen=True, slots=True)
class Report:
    """Who reports whom, for what; `said` is None when it is about the person."""

    reporter: PersonId
    person: PersonId
    reason: ReportReason
    comment: str
    said: Said | None = None


class ReportStore(Protocol):
    """Kept reports."""

    async def keep(self, report: Report) -> bool:
        """Keep it. False when the same was reported before: then reason and comment are the new ones.

        Raises TooManyError.
        """
        ...


class Reporting:
    """Raises InvalidError, NothingThereError for what the reporter doesn't see, TooManyError, NotYetError."""

    def __init__(self, timelines: Timelines, people: PersonStore, store: ReportStore) -> None:
        self._timelines = timelines
        self._people = people
        self._store = store

    async def report(self, me: PersonId, body: ReportBody) -> ReportDone:
        """Keep a report of a person, or of a message with its text of now."""
        said = None
        if body.chat is not None and body.target is not None and body.person is None:
            person, said = await self._said(me, body.chat, body.target)
        elif body.person is not None and body.chat is None and body.target is None:
            person = body.person
            if await self._people.person(me, person) is None:
                raise NothingThereError
        else:
            raise InvalidError(("body", "person"), "name a person, or a chat and a target in it")
        if person == me:
            raise InvalidError(("body", "person"), "one can't report oneself")
        new = await self._store.keep(Report(me, person, body.reason, body.comment, said))
        return ReportDone(again=not new)

    async def _said(self, me: PersonId, chat: ChatId, target: int) -> tuple[PersonId, Said]:
        found = (await self._timelines.of(chat, me, [target])).items
        if not found or not isinstance(found[0].event, MessageCreated):
            raise NothingThereError
        return found[0].by, Said(chat, target, found[0].event.body, found[0].at)
