"""Webhooks: an address is all that it takes, and a wrong one teaches nothing and writes nothing."""

import pytest

from nexync_contracts.commands import Command, CreateMessage, MakeHook
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind, Role
from nexync_contracts.hook_rest import HookMessageBody, MakeHookBody
from nexync_contracts.ids import ChatId, HookId, PersonId, SessionId
from nexync_contracts.rest import CommandDone
from nexync_streams.group_settings import Hook
from svc_chat.commanding import Actor
from svc_chat.errors import NotConnectedError, NothingThereError, RefusedError, TooManyError
from svc_chat.grouping import digest_of
from svc_chat.hooking import Hooking
from svc_chat.ports import HookPlace

ADA = PersonId("00000000-0000-4000-8000-00000000000a")
CHAT = ChatId("c0000000-0000-4000-8000-000000000000")
OTHER = ChatId("d0000000-0000-4000-8000-000000000000")
HOOK = HookId("30000000-0000-4000-8000-000000000000")
SECRET = "ab" * 16
KEY = "018bcfe5-6800-7000-8000-000000000001"
SAID = HookMessageBody(text="red")


class World:
    """A chat with one webhook, of which Ada is what `role` says; commands, and a pace."""

    def __init__(self) -> None:
        self.kind = ChatKind.GROUP
        self.role: Role | None = Role.ADMIN
        self.together = True
        self.taken: list[tuple[Actor, Command]] = []
        self.refusal: RejectCode | None = None
        self.seconds = 0.0
        self.hooking = Hooking(self, self, self.stored, self)  # type: ignore[arg-type] # what webhooks ask of each

    async def stored(self, person: PersonId, chat: ChatId) -> None:
        """The store is up to date."""

    async def place(self, chat: ChatId, person: PersonId | None) -> HookPlace | None:
        if chat != CHAT:
            return None
        hooks = {HOOK: Hook(digest_of(SECRET), "Build", ADA, 9)}
        role = self.role if person == ADA else None
        return HookPlace(3, self.kind, hooks, role)

    async def connected(self, chat: ChatId, person: PersonId) -> bool:
        assert (chat, person) == (CHAT, ADA)
        return self.together

    async def change(self, actor: Actor, chat: ChatId, command: Command) -> CommandDone:
        self.taken.append((actor, command))
        return CommandDone(chat=chat, seq=7)

    async def say(
        self, actor: Actor, chat: ChatId, partition: int, command: CreateMessage
    ) -> CommandDone:
        assert partition == 3
        if self.refusal is not None:
            raise RefusedError(self.refusal)
        self.taken.append((actor, command))
        return CommandDone(chat=chat, seq=8)

    async def wait(self, hook: HookId) -> float:
        assert hook == HOOK
        return self.seconds


@pytest.fixture
def world() -> World:
    return World()


async def test_what_is_sent_to_the_address_is_said_by_the_webhook(world: World) -> None:
    done = await world.hooking.say(CHAT, SECRET, SAID, KEY)
    named = HookMessageBody(text="green", name="Nightly")
    await world.hooking.say(CHAT, SECRET, named, None)
    assert done.seq == 8
    assert world.taken == [
        (Actor(PersonId(HOOK), None, KEY), CreateMessage(body="red")),
        (Actor(PersonId(HOOK), None, None), CreateMessage(body="green", hook="Nightly")),
    ]


@pytest.mark.parametrize(
    ("chat", "secret"),
    [(CHAT, "cd" * 16), (OTHER, SECRET), (CHAT, "ab"), (CHAT, "zz" * 16), (CHAT, "ab-" * 10)],
)
async def test_nothing_is_at_any_other_address(world: World, chat: ChatId, secret: str) -> None:
    with pytest.raises(NothingThereError):
        await world.hooking.say(chat, secret, SAID, None)
    assert not world.taken


async def test_one_that_was_revoked_meanwhile_is_not_there(world: World) -> None:
    """Postgres may be behind; the log isn't. Other refusals are told as they are."""
    world.refusal = RejectCode.NOT_A_MEMBER
    with pytest.raises(NothingThereError):
        await world.hooking.say(CHAT, SECRET, SAID, None)
    world.refusal = RejectCode.ID_REUSED
    with pytest.raises(RefusedError):
        await world.hooking.say(CHAT, SECRET, SAID, None)


async def test_too_much_at_once_is_refused_with_the_time_to_wait(world: World) -> None:
    world.seconds = 2.5
    with pytest.raises(TooManyError) as refused:
        await world.hooking.say(CHAT, SECRET, SAID, None)
    assert refused.value.seconds == 2.5
    assert not world.taken


async def test_the_list_is_for_admins(world: World) -> None:
    listed = (await world.hooking.of(ADA, CHAT)).hooks
    assert [(one.hook, one.name, one.by, one.made_at) for one in listed] == [
        (HOOK, "Build", ADA, 9)
    ]
    world.role = Role.MEMBER
    with pytest.raises(RefusedError):
        await world.hooking.of(ADA, CHAT)
    world.role = None
    with pytest.raises(NothingThereError):
        await world.hooking.of(ADA, CHAT)


async def test_the_secret_is_nowhere_kept_and_a_repetition_makes_the_same(world: World) -> None:
    body = MakeHookBody(secret=SECRET, name="Build")
    actor = Actor(ADA, SessionId(ADA), KEY)
    made = [await world.hooking.make(actor, CHAT, body) for _ in range(2)]
    assert made[0] == made[1]
    command = world.taken[0][1]
    assert command == MakeHook(hook=made[0].hook, digest=digest_of(SECRET), name="Build")
    assert SECRET not in command.model_dump_json()


@pytest.fixture
def private(world: World) -> World:
    world.kind, world.role = ChatKind.PRIVATE, Role.MEMBER
    return world


async def test_in_a_private_chat_it_speaks_for_who_made_it(private: World) -> None:
    """And both of the two see the list; who is in it no more sees nothing."""
    await private.hooking.say(CHAT, SECRET, SAID, KEY)
    assert private.taken == [
        (Actor(ADA, None, KEY), CreateMessage(body="red", voice=HOOK)),
    ]
    assert len((await private.hooking.of(ADA, CHAT)).hooks) == 1
    private.role = None
    with pytest.raises(NothingThereError):
        await private.hooking.of(ADA, CHAT)


async def test_who_is_connected_no_more_makes_none_and_theirs_lead_nowhere(private: World) -> None:
    """A locked account counts as such. In a group nobody has to be connected."""
    private.together = False
    body = MakeHookBody(secret=SECRET, name="Build")
    actor = Actor(ADA, SessionId(ADA), KEY)
    with pytest.raises(NotConnectedError):
        await private.hooking.make(actor, CHAT, body)
    with pytest.raises(NothingThereError):
        await private.hooking.say(CHAT, SECRET, SAID, None)
    assert not private.taken
    private.kind = ChatKind.GROUP
    await private.hooking.make(actor, CHAT, body)
    await private.hooking.say(CHAT, SECRET, SAID, None)
    assert len(private.taken) == 2
