"""The whole of a chat as lines of JSON, a page at a time: what one person may see, as it is now.

Nothing is held but one page, and no connection while a line waits for its reader. Bound: `limits.EXPORTS` at the same
time in a process; one more is refused.
"""

from collections.abc import AsyncGenerator

from pydantic_core import to_json

from nexync_contracts.export_rest import ExportLine
from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.limits import EXPORTS, PAGE_MAX
from nexync_contracts.rest import TimelinePage
from svc_chat.errors import BusyError
from svc_chat.ports import PeopleStore
from svc_chat.timeline import Timelines, Wanted


class Exporting:
    """Raises NothingThereError, NotYetError, BusyError before the first line; later ones end the stream early."""

    def __init__(self, timelines: Timelines, people: PeopleStore, most: int = EXPORTS) -> None:
        self._timelines = timelines
        self._people = people
        self._most = most
        self._running = 0

    async def of(self, chat: ChatId, person: PersonId) -> AsyncGenerator[bytes]:
        """The lines, a page of them at a time, up to what is newest now."""
        self._refuse_when_full()
        first = await self._page(chat, person, 0)
        # Others may have begun meanwhile.
        self._refuse_when_full()
        return self._lines(chat, person, first)

    def _refuse_when_full(self) -> None:
        if self._running >= self._most:
            raise BusyError

    async def _lines(
        self, chat: ChatId, person: PersonId, first: TimelinePage
    ) -> AsyncGenerator[bytes]:
        self._running += 1
        try:
            page, end = first, first.as_of
            while True:
                yield await self._encoded(person, page, end)
                if page.after is None or page.after >= end:
                    return
                page = await self._page(chat, person, page.after)
        finally:
            self._running -= 1

    async def _page(self, chat: ChatId, person: PersonId, after: int) -> TimelinePage:
        return await self._timelines.page(chat, person, Wanted(after=after, count=PAGE_MAX))

    async def _encoded(self, person: PersonId, page: TimelinePage, end: int) -> bytes:
        items = [one for one in page.items if one.seq <= end]
        states = {state.seq: state for state in page.states}
        authors = {one.by for one in items}
        rows = await self._people.rows(person, authors) if authors else {}
        lines = (
            ExportLine(
                record=one,
                username=rows[one.by].username if one.by in rows else None,
                state=states.get(one.seq),
            )
            for one in items
        )
        return b"".join(to_json(line) + b"\n" for line in lines)
