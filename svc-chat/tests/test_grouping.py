"""Groups: what is read by whom, and that a wrong link teaches nothing."""

import pytest

from nexync_contracts.commands import Command, JoinByInvite, MakeInvite
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import Role
from nexync_contracts.group_rest import InviteBody, MakeInviteBody
from nexync_contracts.ids import ChatId, CommandId, InviteId, PersonId, SessionId
from nexync_contracts.rest import CommandDone
from nexync_contracts.retention import Retention
from nexync_streams.group_settings import GroupSettings, Invite
from svc_chat.commanding import Actor
from svc_chat.errors import InvalidError, NothingThereError, RefusedError
from svc_chat.grouping import Grouping, digest_of
from svc_chat.ports import GroupFacts, MemberPlace, MemberRow

ADA = PersonId("00000000-0000-4000-8000-00000000000a")
CHAT = ChatId("c0000000-0000-4000-8000-000000000000")
LINK = InviteId("10000000-0000-4000-8000-000000000000")
SECRET, WRONG = "ab" * 16, "cd" * 16
NOW = 1_700_000_000_000
KEY = "018bcfe5-6800-7000-8000-000000000001"
"""Its own time is NOW."""


class Commands:
    """Takes every change."""

    def __init__(self) -> None:
        self.taken: list[tuple[Actor, Command]] = []

    async def change(self, actor: Actor, chat: ChatId, command: Command) -> CommandDone:
        self.taken.append((actor, command))
        return CommandDone(chat=chat, seq=7)

    async def join(
        self, actor: Actor, chat: ChatId, partition: int, command: JoinByInvite
    ) -> CommandDone:
        self.taken.append((actor, command))
        return CommandDone(chat=chat, seq=partition)


class Groups:
    """One group of five, of which Ada is what `role` says."""

    def __init__(self) -> None:
        self.role: Role | None = None
        self.expires_at: int | None = NOW + 1
        self.asked: list[MemberPlace] = []

    async def group(self, chat: ChatId, person: PersonId) -> GroupFacts | None:
        if chat != CHAT or person != ADA:
            return None
        invites = {LINK: Invite(digest_of(SECRET), self.expires_at, 2)}
        return GroupFacts(3, "Tea", GroupSettings(tagline="At noon", invites=invites), 5, self.role)

    async def workspace_retention(self) -> Retention:
        return Retention.YEAR_1

    async def members(
        self, chat: ChatId, after: MemberPlace, limit: int
    ) -> list[tuple[MemberRow, MemberPlace]]:
        assert chat == CHAT
        self.asked.append(after)
        people = [PersonId(f"00000000-0000-4000-8000-00000000000{number}") for number in range(5)]
        places = [MemberPlace("member", number + 1, one) for number, one in enumerate(people)]
        rows = [
            MemberRow(one, f"pat{number}", "P", Role.MEMBER) for number, one in enumerate(people)
        ]
        found = [pair for pair in zip(rows, places, strict=True) if pair[1] > after]
        return found[:limit]


class Stage:
    def __init__(self) -> None:
        self.commands = Commands()
        self.groups = Groups()
        self.waited: list[ChatId] = []
        self.grouping = Grouping(
            self.commands,  # type: ignore[arg-type] # only what groups ask of it
            self.groups,
            self.stored,
            lambda: NOW,
        )

    async def stored(self, person: PersonId, chat: ChatId) -> None:
        """Called before each read of members and links; the store is up to date here."""
        del person
        self.waited.append(chat)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def actor(key: str | None = KEY) -> Actor:
    return Actor(ADA, SessionId(ADA), key)


def link(secret: str = SECRET, invite: InviteId = LINK) -> InviteBody:
    return InviteBody(invite=invite, secret=secret)


async def test_members_are_for_members_page_by_page(stage: Stage) -> None:
    with pytest.raises(NothingThereError):
        await stage.grouping.members(ADA, CHAT, None, None)
    stage.groups.role = Role.MEMBER
    seen: list[str] = []
    after: str | None = None
    for _ in range(3):
        page = await stage.grouping.members(ADA, CHAT, after, 2)
        seen += [member.username for member in page.members]
        after = page.next
    assert (seen, after) == (["pat0", "pat1", "pat2", "pat3", "pat4"], None)
    for wrong in ("x", "bWVtYmVyOjE", "Ym9zczoxOjE"):
        with pytest.raises(InvalidError):
            await stage.grouping.members(ADA, CHAT, wrong, 2)


async def test_links_are_listed_for_admins_without_their_secret(stage: Stage) -> None:
    with pytest.raises(NothingThereError):
        await stage.grouping.invites(ADA, CHAT)
    stage.groups.role = Role.MEMBER
    with pytest.raises(RefusedError, match="not_allowed"):
        await stage.grouping.invites(ADA, CHAT)
    stage.groups.role = Role.ADMIN
    listed = (await stage.grouping.invites(ADA, CHAT)).invites
    assert [(one.invite, one.uses_left) for one in listed] == [(LINK, 2)]
    assert digest_of(SECRET) not in listed[0].model_dump_json()
    stage.groups.expires_at = NOW
    assert (await stage.grouping.invites(ADA, CHAT)).invites == ()


async def test_a_group_keeps_no_longer_than_the_workspace(stage: Stage) -> None:
    """A longer class is refused by name before anything is written; the same, a shorter one or none goes on."""
    for retention in (None, Retention.DAYS_30, Retention.YEAR_1):
        await stage.grouping.set_retention(actor(), CHAT, retention)
    with pytest.raises(InvalidError, match="longer than this workspace"):
        await stage.grouping.set_retention(actor(), CHAT, Retention.FOREVER)
    assert len(stage.commands.taken) == 3


async def test_making_a_link_again_with_the_same_key_is_the_same_command(stage: Stage) -> None:
    """Its end counts from the key's own time, not from when the request came."""
    body = MakeInviteBody(secret=SECRET, seconds=60, uses=3)
    first = await stage.grouping.make_invite(actor(), CHAT, body)
    second = await stage.grouping.make_invite(actor(), CHAT, body)
    assert first == second
    assert stage.commands.taken[0] == stage.commands.taken[1]
    made = stage.commands.taken[0][1]
    assert isinstance(made, MakeInvite)
    assert (made.expires_at, made.uses, made.digest) == (NOW + 60_000, 3, digest_of(SECRET))
    other = await stage.grouping.make_invite(actor(None), CHAT, MakeInviteBody(secret=SECRET))
    assert other.invite != first.invite
    key = stage.commands.taken[2][0].key
    assert key is not None
    assert CommandId(key)


@pytest.mark.parametrize(
    ("chat", "body"),
    [
        (CHAT, link(WRONG)),
        (CHAT, link(invite=InviteId(ADA))),
        (ChatId(ADA), link()),
    ],
)
async def test_a_wrong_link_teaches_nothing_and_writes_nothing(
    stage: Stage, chat: ChatId, body: InviteBody
) -> None:
    for attempt in (
        stage.grouping.preview(ADA, chat, body),
        stage.grouping.join(actor(), chat, body),
    ):
        with pytest.raises(RefusedError) as refused:
            await attempt
        assert refused.value.code is RejectCode.INVITE_OVER
    assert stage.commands.taken == []


async def test_a_link_shows_its_group_until_it_is_over(stage: Stage) -> None:
    shown = await stage.grouping.preview(ADA, CHAT, link())
    assert (shown.name, shown.tagline, shown.member_count, shown.member) == (
        "Tea",
        "At noon",
        5,
        False,
    )
    assert (await stage.grouping.join(actor(), CHAT, link())).seq == 3
    stage.groups.expires_at = NOW
    with pytest.raises(RefusedError, match="invite_over"):
        await stage.grouping.preview(ADA, CHAT, link())
    stage.groups.role = Role.MEMBER
    assert (await stage.grouping.preview(ADA, CHAT, link())).member


async def test_members_and_links_are_read_when_the_store_has_what_was_published(
    stage: Stage,
) -> None:
    stage.groups.role = Role.ADMIN
    await stage.grouping.members(ADA, CHAT, None, None)
    await stage.grouping.invites(ADA, CHAT)
    assert stage.waited == [CHAT, CHAT]
