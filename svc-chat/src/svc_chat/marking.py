"""Read marks over REST: how far a person has read a chat. The persister writes them, from `receipt-topic`."""

from collections.abc import Callable, Sequence

from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import OUTCOME_WAIT_SECONDS
from nexync_contracts.receipts import ReceiptMark, ReceiptRecord
from nexync_contracts.rest import ReadMarkView
from svc_chat.chapters import lost
from svc_chat.errors import NotYetError
from svc_chat.pacing import Pace
from svc_chat.ports import MarkStore, ReceiptLog
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range, newest, within


class Marking:
    """Raises NothingThereError for strangers, NotYetError, BusyError. `clock` gives Unix ms."""

    def __init__(
        self,
        reading: StreamReading,
        marks: MarkStore,
        log: ReceiptLog,
        pace: Callable[[], Pace],
        clock: Callable[[], int],
    ) -> None:
        self._reading = reading
        self._marks = marks
        self._log = log
        self._pace = pace
        self._clock = clock

    async def mark(self, chat: ChatId, person: PersonId, seq: int) -> ReadMarkView:
        """Everything visible up to `seq` is read; a mark never moves back nor beyond the visible head.

        The answer comes when Postgres has it, so that whatever is read afterwards counts it.
        """
        target, unread = await self._at(chat, person, seq)
        marked = await self._marks.marked(chat, person)
        if marked < target:
            mark = ReceiptMark(person=person, read=target, at=self._clock())
            await self._log.append(ReceiptRecord(chat=chat, marks=(mark,)))
            marked = await self._written(chat, person, target)
        if marked > target:
            _, unread = await self._at(chat, person, marked)
        return ReadMarkView(chat=chat, seq=marked, unread=unread)

    async def _at(self, chat: ChatId, person: PersonId, seq: int) -> tuple[int, int]:
        """The newest seq up to `seq` that the person sees, and how many messages they see after it."""

        def choose(view: View) -> Sequence[Range]:
            return newest(within(view.ranges, 1, seq), 1)

        look = await self._reading.look(chat_stream(chat), choose, person=person)
        view, read = look.view, look.records
        at, n = (read[-1].seq, read[-1].n) if read else (0, 0)
        n_read = max(n, view.membership.joined_n)
        return at, max(0, view.seen_n - n_read - lost(view.chapters, n_read, view.seen_n))

    async def _written(self, chat: ChatId, person: PersonId, target: int) -> int:
        pace = self._pace()
        while (marked := await self._marks.marked(chat, person)) < target:
            if not await pace.again(OUTCOME_WAIT_SECONDS):
                raise NotYetError
        return marked
