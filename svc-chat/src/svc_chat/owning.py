"""What one person keeps about one chat: muted, archived, marked as unread, pinned, and a draft.

It concerns nobody else, so it is neither an event nor a membership: svc-chat writes it directly, and the log doesn't
know of it. The person's other pages are told over Redis; whoever missed that reads again after a reconnect.
"""

from collections.abc import Callable

from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import ID_AHEAD_MS, PINNED_CHATS
from nexync_contracts.own_rest import DraftBody, DraftView, OwnChatBody, OwnChatView
from svc_chat.errors import InvalidError
from svc_chat.own import Draft, Fold, Own, ended, written
from svc_chat.ports import OwnNotices, OwnStore
from svc_chat.reading import StreamReading


class Owning:
    """Raises NothingThereError for strangers, NotYetError. `clock` gives Unix ms."""

    def __init__(
        self,
        reading: StreamReading,
        store: OwnStore,
        notices: OwnNotices,
        clock: Callable[[], int],
    ) -> None:
        self._reading = reading
        self._store = store
        self._notices = notices
        self._clock = clock

    async def of(self, person: PersonId, chat: ChatId) -> OwnChatView:
        """What is kept now."""
        await self._reading.look(chat_stream(chat), person=person)
        return own_view(chat, await self._store.own(person, chat))

    async def change(self, person: PersonId, chat: ChatId, body: OwnChatBody) -> OwnChatView:
        """Mute, archive, mark, pin. Raises InvalidError for one more pinned chat than there may be."""
        look = await self._reading.look(chat_stream(chat), person=person)
        now = self._clock()
        # A former member is not told how the chat went on.
        n = look.view.seen_n

        def fold(own: Own, others_pinned: int) -> Own:
            if body.muted_until is not None:
                own = own._replace(muted_until=body.muted_until)
            if body.archived is not None:
                own = own._replace(archived_n=n if body.archived else None)
            if body.marked_unread is not None:
                own = own._replace(marked_unread=body.marked_unread)
            if body.pinned is not None and body.pinned != (own.pinned_at is not None):
                if body.pinned and others_pinned >= PINNED_CHATS:
                    msg = f"{PINNED_CHATS} chats are pinned, which is the limit; unpin one first"
                    raise InvalidError(("body", "pinned"), msg)
                own = own._replace(pinned_at=now if body.pinned else None)
            return own

        return await self._changed(person, chat, fold)

    async def keep_draft(self, person: PersonId, chat: ChatId, body: DraftBody) -> OwnChatView:
        """Keep a draft unless a later one is there or it was sent. Raises InvalidError for one from the future."""
        await self._reading.look(chat_stream(chat), person=person)
        now = self._clock()
        self._check(("body", "began"), body.began, now)
        draft = Draft(body.text, body.reply_to, body.began, min(body.at, now))
        return await self._changed(
            person, chat, lambda own, _: own._replace(drafts=written(own.drafts, draft))
        )

    async def end_draft(self, person: PersonId, chat: ChatId, began: int) -> OwnChatView:
        """The draft that began then was sent or given up. Raises InvalidError for one from the future."""
        await self._reading.look(chat_stream(chat), person=person)
        self._check(("query", "began"), began, self._clock())
        return await self._changed(
            person, chat, lambda own, _: own._replace(drafts=ended(own.drafts, began))
        )

    async def was_read(self, person: PersonId, chat: ChatId) -> None:
        """Reading a chat takes its mark away. Only for chats whose membership was just checked."""
        if await self._store.read(person, chat):
            await self._notices.changed(person, chat)

    async def _changed(self, person: PersonId, chat: ChatId, fold: Fold) -> OwnChatView:
        changed = False

        def watched(own: Own, others_pinned: int) -> Own:
            nonlocal changed
            after = fold(own, others_pinned)
            changed = after != own
            return after

        own = await self._store.change(person, chat, watched)
        if changed:
            await self._notices.changed(person, chat)
        return own_view(chat, own)

    @staticmethod
    def _check(path: tuple[str, str], began: int, now: int) -> None:
        """What ends a draft names its beginning, so that is kept as it was told and can't be bent to our time."""
        if began > now + ID_AHEAD_MS:
            raise InvalidError(path, f"is more than {ID_AHEAD_MS} ms ahead of the server's time")


def own_view(chat: ChatId, own: Own) -> OwnChatView:
    """The state as the person's pages get it."""
    draft = own.drafts.draft
    return OwnChatView(
        chat=chat,
        version=own.version,
        muted_until=own.muted_until,
        archived_n=own.archived_n,
        marked_unread=own.marked_unread,
        pinned_at=own.pinned_at,
        draft=None
        if draft is None
        else DraftView(text=draft.text, reply_to=draft.reply_to, began=draft.began, at=draft.at),
        draft_ended=own.drafts.ended,
    )
