"""Who wrote which message, and whether others may know: facts that never change, read once and kept."""

from collections import OrderedDict
from typing import Final, NamedTuple

from nexync_contracts.events import MessageCreated
from nexync_contracts.frames import EventFrame
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_streams.blocking import is_hidden
from svc_gateway.ports import Chats
from svc_gateway.spans import View

KEPT: Final = 20_000
"""Messages remembered; beyond that the ones not asked for longest are forgotten and read again."""


class Author(NamedTuple):
    """Who wrote a message; with `hidden` it is there for them alone."""

    person: PersonId
    hidden: bool


class Authors:
    """Authors by (chat, seq). What isn't a message has none."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._known: OrderedDict[tuple[ChatId, int], Author | None] = OrderedDict()

    def known(self, chat: ChatId, seq: int) -> bool:
        """Whether `author` can tell without reading."""
        return (chat, seq) in self._known

    def author(self, chat: ChatId, seq: int, view: View, reader: PersonId) -> PersonId | None:
        """Who wrote it; None for what isn't a message, isn't there, or isn't for the reader, whose `view` it is."""
        found = self._known.get((chat, seq))
        if found is None:
            return None
        self._known.move_to_end((chat, seq))
        shown = view.sees(seq) and (not found.hidden or found.person == reader)
        return found.person if shown else None

    async def read(self, chat: ChatId, seq: int) -> None:
        """Ask svc-chat. Raises BackendAwayError. A seq that isn't there yet is not kept."""
        found = await self._chats.events(chat_stream(chat), seq - 1, 1)
        for happened in found.events:
            if happened.seq == seq:
                frame = EventFrame.model_validate_json(happened.frame)
                said = isinstance(frame.event, MessageCreated)
                author = Author(frame.by, is_hidden(frame.event)) if said else None
                self._keep(chat, seq, author)

    def _keep(self, chat: ChatId, seq: int, author: Author | None) -> None:
        self._known[chat, seq] = author
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
