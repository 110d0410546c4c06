"""Pins: what may be pinned is a message that one sees; what is shown is what one sees, as it is now."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of

from nexync_contracts.commands import Command
from nexync_contracts.events import ChatKind, MemberAdded, MessageCreated, Role
from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_contracts.message_commands import PinMessage, UnpinMessage
from nexync_contracts.message_events import MessageDeleted, MessageEdited, MessagePinned
from nexync_contracts.message_rest import PinMessageBody
from nexync_contracts.rest import CommandDone
from nexync_streams.group_settings import UNCHANGED, GroupSettings, settings_after
from svc_chat.commanding import Actor
from svc_chat.errors import NothingThereError
from svc_chat.pinning import Pinning
from svc_chat.ports import ChatFacts, StoredHead
from svc_chat.spans import NO_MEMBERSHIP, advance
from svc_chat.timeline import Timelines

SESSION = SessionId("00000000-0000-4000-8000-0000000000ff")


@dataclass
class Stage:
    """A chat whose log is the world's, and a log of commands."""

    world: World = field(default_factory=World)
    commands: list[Command] = field(default_factory=list[Command])

    async def change(self, actor: Actor, chat: ChatId, command: Command) -> CommandDone:
        del actor
        self.commands.append(command)
        return CommandDone(chat=chat, seq=1)

    async def stored(self, person: PersonId, chat: ChatId) -> None:
        del person, chat

    async def facts(self, person: PersonId, chats: list[ChatId]) -> dict[ChatId, ChatFacts]:
        membership = advance(NO_MEMBERSHIP, person, self.world.events)
        if not membership.spans:
            return {}
        settings: GroupSettings = UNCHANGED
        for record in self.world.events:
            settings = settings_after(settings, record)
        stored = StoredHead(5, 1, len(self.world.events), 0, 0)
        return {
            chats[0]: ChatFacts(
                chat=chats[0],
                kind=ChatKind.GROUP,
                name="x",
                stored=stored,
                membership=membership,
                member_count=2,
                mark=(0, 0),
                members=(),
                last=None,
                settings=settings,
            )
        }

    @property
    def pinning(self) -> Pinning:
        parts: Any = self
        return Pinning(parts, Timelines(reading_of(self.world)), parts, self.stored)

    async def pin(self, person: PersonId, target: int, *, on: bool = True) -> Command:
        actor = Actor(person, SESSION, None)
        await self.pinning.pin(actor, CHAT, PinMessageBody(target=target, on=on))
        return self.commands[-1]

    async def seen(self, person: PersonId) -> list[tuple[int, str]]:
        view = await self.pinning.view(person, CHAT, None)
        bodies = [one.event.body for one in view.items if isinstance(one.event, MessageCreated)]
        return list(zip([pin.target for pin in view.pins], bodies, strict=True))


@pytest.fixture
def stage() -> Stage:
    """Messages 2 to 4 of Ada's, then Eve joins and Bob's message 6 follows."""
    made = Stage()
    made.world.create(ADA, BOB)
    made.world.say(3)
    made.world.append(MemberAdded(person=EVE, role=Role.MEMBER))
    made.world.append(MessageCreated(body="from bob"), BOB)
    return made


@pytest.mark.parametrize("flushed", [True, False])
async def test_the_author_is_stamped_of_what_one_sees_and_is_there(
    stage: Stage, *, flushed: bool
) -> None:
    """Not of what is deleted, no message, or from before one joined: the log rejects those."""
    stage.world.append(MessageDeleted(target=3))
    if flushed:
        stage.world.flush()
    assert await stage.pin(EVE, 6) == PinMessage(target=6, author=BOB)
    assert await stage.pin(ADA, 2) == PinMessage(target=2, author=ADA)
    for person, target in ((EVE, 2), (ADA, 3), (ADA, 1), (ADA, 99)):
        assert await stage.pin(person, target) == PinMessage(target=target)
    assert await stage.pin(ADA, 3, on=False) == UnpinMessage(target=3)


async def test_what_is_pinned_is_shown_as_it_is_now_to_those_who_see_it(stage: Stage) -> None:
    """The newest pin first; who joined later doesn't get the texts from before."""
    for target in (2, 4, 6):
        stage.world.append(MessagePinned(target=target))
    stage.world.flush()
    stage.world.append(MessageEdited(target=2, body="other"))
    assert await stage.seen(ADA) == [(6, "from bob"), (4, "message 4"), (2, "other")]
    assert await stage.seen(EVE) == [(6, "from bob")]
    stage.world.append(MessageDeleted(target=4))
    assert await stage.seen(ADA) == [(6, "from bob"), (2, "other")]
    with pytest.raises(NothingThereError):
        await stage.seen(PersonId(ADA.replace("a", "7")))


async def test_a_former_member_is_told_of_no_pins(stage: Stage) -> None:
    stage.world.append(MessagePinned(target=2))
    found = await stage.facts(ADA, [CHAT])
    membership = found[CHAT].membership._replace(role=None)
    left = found[CHAT]._replace(membership=membership)

    async def facts(person: PersonId, chats: list[ChatId]) -> dict[ChatId, ChatFacts]:
        del person, chats
        return {CHAT: left}

    stage.facts = facts
    assert await stage.seen(ADA) == []
