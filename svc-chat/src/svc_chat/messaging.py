"""Changes of messages over REST: what is a fact is said with the command, the log decides the rest."""

from collections.abc import Sequence

from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.message_commands import DeleteMessage, EditMessage, React
from nexync_contracts.message_rest import DeleteMessageBody, EditMessageBody, ReactBody
from nexync_contracts.rest import CommandDone
from nexync_streams.blocking import shows
from svc_chat.commanding import Actor, Commanding
from svc_chat.reading import StreamReading, View
from svc_chat.spans import Range, within


class Messaging:
    """Edits, deletions and reactions. Raises the errors of Commanding; NothingThereError for strangers."""

    def __init__(self, reading: StreamReading, commanding: Commanding) -> None:
        self._reading = reading
        self._commanding = commanding

    async def edit(self, actor: Actor, chat: ChatId, body: EditMessageBody) -> CommandDone:
        """Another text for one's own message."""
        partition, author = await self._facts(actor.person, chat, body.target)
        command = EditMessage(
            target=body.target,
            body=body.body,
            mentions=body.mentions,
            mention_all=body.mention_all,
            author=author,
        )
        return await self._commanding.change_message(actor, chat, partition, command)

    async def delete(self, actor: Actor, chat: ChatId, body: DeleteMessageBody) -> CommandDone:
        """Delete for all."""
        partition, author = await self._facts(actor.person, chat, body.target)
        command = DeleteMessage(target=body.target, author=author)
        return await self._commanding.change_message(actor, chat, partition, command)

    async def react(self, actor: Actor, chat: ChatId, body: ReactBody) -> CommandDone:
        """Put an emoji on a message, or take it back."""
        partition, author = await self._facts(actor.person, chat, body.target)
        command = React(target=body.target, emoji=body.emoji, on=body.on, author=author)
        return await self._commanding.change_message(actor, chat, partition, command)

    async def _facts(
        self, person: PersonId, chat: ChatId, target: int
    ) -> tuple[int, PersonId | None]:
        """The chat's partition, and who wrote the message; None when the person sees no such message."""

        def choose(view: View) -> Sequence[Range]:
            return within(view.ranges, target, target)

        look = await self._reading.look(chat_stream(chat), choose, person=person)
        author = None
        if look.records and isinstance(look.records[0].event, MessageCreated):
            author = look.records[0].by if shows(look.records[0], person) else None
        return look.view.partition, author
