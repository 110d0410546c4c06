"""Changes of chats: admitted here, decided in the log, answered with what became of them.

Admission checks facts that Postgres owns (who exists, who is connected) and hides chats from strangers. Who is
a member or an admin at the moment of the change is judged by the sequencer alone.
"""

import asyncio
from typing import Final, NamedTuple

from nexync_contracts.commands import (
    AddMember,
    Command,
    CommandEnvelope,
    CreateChat,
    CreateMessage,
    JoinByInvite,
    Outcome,
    RemoveMember,
    RenameChat,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, Member, Role
from nexync_contracts.ids import ChatId, CommandId, PersonId, SessionId, chat_stream
from nexync_contracts.limits import OUTCOME_WAIT_SECONDS
from nexync_contracts.rest import CommandDone, CreateChatBody
from svc_chat import metrics
from svc_chat.errors import (
    InvalidError,
    NotConnectedError,
    NothingThereError,
    OutcomeUnknownError,
    RefusedError,
)
from svc_chat.identifiers import group_chat_id, new_command_id, private_chat_id
from svc_chat.ports import Log, Outcomes, PeopleStore, Places
from svc_chat.reading import StreamReading

STORED_SECONDS: Final = 2.0
"""How long an answer waits for Postgres, so that the actor's next list of chats shows the change.

Membership is flushed at once, so it is a few milliseconds. While Postgres is away the answer comes without.
"""


class Actor(NamedTuple):
    """Who wants the change, and the id it shall have (the Idempotency-Key, if one was sent).

    There is no session where a webhook says something, and where a scheduled message is sent.
    """

    person: PersonId
    session: SessionId | None
    key: str | None


class Commanding:
    """Raises, from every method, the errors of its parts: see `svc_chat.errors`."""

    def __init__(
        self,
        *,
        people: PeopleStore,
        reading: StreamReading,
        places: Places,
        log: Log,
        outcomes: Outcomes,
        instance: str,
    ) -> None:
        self._people = people
        self._reading = reading
        self._places = places
        self._log = log
        self._outcomes = outcomes
        self._instance = instance

    async def create(self, actor: Actor, body: CreateChatBody) -> CommandDone:
        """Make a chat. A private chat that exists already is answered with `created=False`."""
        others = _checked_members(actor.person, body)
        partitions = await self._known([actor.person, *others])
        await self._require_connected(actor.person, others)
        identifier = command_id(actor)
        private = body.kind is ChatKind.PRIVATE
        if private:
            chat = private_chat_id(actor.person, others[0])
            if await self._exists(chat, actor.person):
                return CommandDone(chat=chat, seq=1, created=False)
        else:
            chat = group_chat_id(actor.person, identifier)
        mine = Role.MEMBER if private else Role.ADMIN
        members = [Member(person=person, role=Role.MEMBER) for person in others]
        place = await self._places.place(chat_stream(chat))
        create = CreateChat(
            kind=body.kind,
            name=None if private else body.name,
            members=(Member(person=actor.person, role=mine), *members),
            partition=place,
        )
        try:
            seq = await self._submit(actor, identifier, chat, place, create, partitions)
        except RefusedError as refused:
            if private and refused.code is RejectCode.CHAT_EXISTS:
                return CommandDone(chat=chat, seq=1, created=False)
            raise
        if private:
            await self._people.carry_blocks(actor.person, others[0])
        return CommandDone(chat=chat, seq=seq)

    async def rename(self, actor: Actor, chat: ChatId, name: str) -> CommandDone:
        """Give a group another name."""
        return await self.change(actor, chat, RenameChat(name=name))

    async def add(self, actor: Actor, chat: ChatId, person: PersonId) -> CommandDone:
        """Add a connected person to a group."""
        view = (await self._reading.look(chat_stream(chat), person=actor.person)).view
        partitions = await self._known([person])
        await self._require_connected(actor.person, [person])
        command = AddMember(person=person)
        seq = await self._submit(
            actor, command_id(actor), chat, view.partition, command, partitions
        )
        return CommandDone(chat=chat, seq=seq)

    async def remove(self, actor: Actor, chat: ChatId, person: PersonId) -> CommandDone:
        """Remove a member, or leave.

        Former members get through to the sequencer: a repeated leave has the outcome of the first.
        """
        view = (await self._reading.look(chat_stream(chat), person=actor.person)).view
        partitions = await self._known([person])
        command = RemoveMember(person=person)
        seq = await self._submit(
            actor, command_id(actor), chat, view.partition, command, partitions
        )
        return CommandDone(chat=chat, seq=seq)

    async def change(self, actor: Actor, chat: ChatId, command: Command) -> CommandDone:
        """A change of a chat that lets nobody in or out; strangers get NothingThereError."""
        view = (await self._reading.look(chat_stream(chat), person=actor.person)).view
        seq = await self._submit(actor, command_id(actor), chat, view.partition, command, {})
        return CommandDone(chat=chat, seq=seq)

    async def join(
        self, actor: Actor, chat: ChatId, partition: int, command: JoinByInvite
    ) -> CommandDone:
        """Join by a link whose secret has been checked, as who isn't in the chat."""
        partitions = await self._known([actor.person])
        seq = await self._submit(actor, command_id(actor), chat, partition, command, partitions)
        return CommandDone(chat=chat, seq=seq)

    async def change_message(
        self, actor: Actor, chat: ChatId, partition: int, command: Command
    ) -> CommandDone:
        """Something about a message; it doesn't show in lists, so the answer waits for no flush."""
        seq = await self._submit(
            actor, command_id(actor), chat, partition, command, {}, stored=False
        )
        return CommandDone(chat=chat, seq=seq)

    async def say(
        self, actor: Actor, chat: ChatId, partition: int, command: CreateMessage
    ) -> CommandDone:
        """A message; the answer waits for no flush."""
        seq = await self._submit(
            actor, command_id(actor), chat, partition, command, {}, stored=False
        )
        return CommandDone(chat=chat, seq=seq)

    async def _exists(self, chat: ChatId, person: PersonId) -> bool:
        try:
            await self._reading.look(chat_stream(chat), person=person)
        except NothingThereError:
            return False
        return True

    async def _known(self, people: list[PersonId]) -> dict[PersonId, int]:
        partitions = await self._people.partitions(people)
        if len(partitions) != len(people):
            raise NothingThereError
        return partitions

    async def _require_connected(self, me: PersonId, others: list[PersonId]) -> None:
        rows = await self._people.rows(me, others)
        if any(rows[other].relation != "connected" for other in others):
            raise NotConnectedError

    async def _submit(
        self,
        actor: Actor,
        identifier: CommandId,
        chat: ChatId,
        partition: int,
        command: Command,
        people_partitions: dict[PersonId, int],
        *,
        stored: bool = True,
    ) -> int:
        envelope = CommandEnvelope(
            stream=chat_stream(chat),
            id=identifier,
            sender=actor.person,
            session=actor.session,
            reply_to=self._instance,
            people_partitions=people_partitions,
            command=command,
        )
        outcome = await self._outcome_of(partition, envelope)
        metrics.OUTCOMES.labels("event" if outcome.code is None else "rejected").inc()
        if outcome.code is not None or outcome.seq is None:
            raise RefusedError(outcome.code or RejectCode.INVALID)
        if stored:
            await self._reading.stored(envelope.stream, outcome.seq, seconds=STORED_SECONDS)
        return outcome.seq

    async def _outcome_of(self, partition: int, envelope: CommandEnvelope) -> Outcome:
        expected = self._outcomes.expect(envelope.stream, envelope.sender, envelope.id)
        async with expected as ticket:
            try:
                with metrics.OUTCOME_SECONDS.time():
                    async with asyncio.timeout(OUTCOME_WAIT_SECONDS):
                        text = envelope.model_dump_json().encode()
                        await self._log.append(partition, envelope.stream, text)
                        return await ticket.outcome()
            except TimeoutError:
                metrics.OUTCOMES.labels("unknown").inc()
                raise OutcomeUnknownError(envelope.id) from None


def command_id(actor: Actor) -> CommandId:
    """The key that was sent, or a new id."""
    return CommandId(actor.key) if actor.key is not None else new_command_id()


def _checked_members(me: PersonId, body: CreateChatBody) -> list[PersonId]:
    others = sorted(set(body.members))
    if len(others) != len(body.members):
        raise InvalidError(("body", "members"), "the same person is named twice")
    if me in others:
        raise InvalidError(("body", "members"), "name the others only, without yourself")
    if body.kind is ChatKind.PRIVATE and len(others) != 1:
        raise InvalidError(("body", "members"), "a private chat has exactly one other person")
    if body.kind is ChatKind.GROUP and body.name is None:
        raise InvalidError(("body", "name"), "a group needs a name")
    return others
