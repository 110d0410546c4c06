"""The raw events of a chat, as one person may see them."""

from collections.abc import Sequence

from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import PAGE_MAX
from nexync_contracts.rest import EventsPage, SkipRange
from nexync_streams.blocking import shows
from svc_chat.chapters import without
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range, gaps, within


class History:
    """Pages of a chat's events. Raises NothingThereError for strangers, NotYetError."""

    def __init__(self, reading: StreamReading) -> None:
        self._reading = reading

    async def events(
        self,
        chat: ChatId,
        person: PersonId,
        *,
        after: int | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> EventsPage:
        """The raw range (`after`, `to`]: what isn't for this person, or is gone, is named as skips.

        What is gone behind `after` doesn't count for the limit.
        """
        start = after or 0
        count = PAGE_MAX if limit is None else limit

        def choose(view: View) -> Sequence[Range]:
            return within(view.ranges, start + 1, _end(view, start, count))

        look = await self._reading.look(chat_stream(chat), choose, person=person, at_least=at_least)
        head = look.view.seen_head
        to = max(start, min(_end(look.view, start, count), head))
        hidden = [Range(one.seq, one.seq) for one in look.records if not shows(one, person)]
        skips = gaps(without(look.view.ranges, hidden), start + 1, to)
        return EventsPage(
            chat=chat,
            epoch=look.view.epoch,
            after=start,
            to=to,
            head=head,
            events=tuple(one for one in look.records if shows(one, person)),
            skips=tuple(SkipRange(from_seq=part.low, to_seq=part.high) for part in skips),
        )


def _end(view: View, start: int, count: int) -> int:
    over = next((part.high for part in view.gone if part.low <= start + 1 <= part.high), start)
    return over + count
