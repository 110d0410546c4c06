"""Messages that are pinned in a chat. Who may pin is judged by the sequencer."""

from collections.abc import Awaitable, Callable

from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.message_commands import PinMessage, UnpinMessage
from nexync_contracts.message_rest import PinMessageBody
from nexync_contracts.rest import CommandDone, Pin, PinsView
from svc_chat.commanding import Actor, Commanding
from svc_chat.errors import NothingThereError
from svc_chat.ports import ChatStore
from svc_chat.timeline import Timelines


class Pinning:
    """Raises the errors of Commanding; NothingThereError for strangers."""

    def __init__(
        self,
        commanding: Commanding,
        timelines: Timelines,
        chats: ChatStore,
        stored: Callable[[PersonId, ChatId], Awaitable[None]],
    ) -> None:
        self._commanding = commanding
        self._timelines = timelines
        self._chats = chats
        self._stored = stored
        """Returns once the store has the changes of the chat that were published."""

    async def pin(self, actor: Actor, chat: ChatId, body: PinMessageBody) -> CommandDone:
        """Pin a message that the person sees and that isn't deleted, or take a pin away."""
        if not body.on:
            return await self._commanding.change(actor, chat, UnpinMessage(target=body.target))
        found = (await self._timelines.of(chat, actor.person, [body.target])).items
        author = found[0].by if found else None
        command = PinMessage(target=body.target, author=author)
        return await self._commanding.change(actor, chat, command)

    async def view(self, me: PersonId, chat: ChatId, at_least: int | None) -> PinsView:
        """What is pinned, as far as the person may see it; nothing for a former member."""
        await self._stored(me, chat)
        facts = (await self._chats.facts(me, [chat])).get(chat)
        if facts is None:
            raise NothingThereError
        pins = facts.settings.pins if facts.membership.role is not None else ()
        pins = [pin for pin in pins if not pin.hidden or pin.by == me]
        targets = [pin.target for pin in pins]
        shown = await self._timelines.of(chat, me, targets, at_least=at_least)
        there = {record.seq: record for record in shown.items}
        kept = [pin for pin in reversed(pins) if pin.target in there]
        return PinsView(
            chat=chat,
            as_of=shown.as_of,
            pins=tuple(Pin(target=p.target, seq=p.seq, by=p.by, at=p.at) for p in kept),
            items=tuple(there[pin.target] for pin in kept),
        )
