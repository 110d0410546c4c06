"""Read marks: how far a person has read a chat."""

from collections.abc import Sequence

from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.rest import ReadMarkView
from svc_chat.chapters import lost
from svc_chat.ports import ChatStore, OwnNotices
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range, newest, within


class Marking:
    """Raises NothingThereError for strangers, NotYetError."""

    def __init__(self, reading: StreamReading, chats: ChatStore, notices: OwnNotices) -> None:
        self._reading = reading
        self._chats = chats
        self._notices = notices

    async def mark(self, chat: ChatId, person: PersonId, seq: int) -> ReadMarkView:
        """Everything visible up to `seq` is read; a mark never moves back nor beyond the visible head.

        A mark that holds is told to all of the person's pages, so that none goes on showing what was read.
        """

        def choose(view: View) -> Sequence[Range]:
            return newest(within(view.ranges, 1, seq), 1)

        look = await self._reading.look(chat_stream(chat), choose, person=person)
        n_joined, n_head, read = look.view.membership.joined_n, look.view.seen_n, look.records
        target = (read[-1].seq, read[-1].n) if read else (0, 0)
        marked_seq, marked_n = await self._chats.mark(chat, person, *target)
        n_read = max(marked_n, n_joined)
        if read and marked_seq == target[0]:
            await self._notices.marked(person, chat, marked_seq, n_read)
        unread = max(0, n_head - n_read - lost(look.view.chapters, n_read, n_head))
        return ReadMarkView(chat=chat, seq=marked_seq, unread=unread)
