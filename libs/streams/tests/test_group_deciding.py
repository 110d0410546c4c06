"""Groups: who may change what, and that a group has an admin as long as it has members."""

import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import limits
from nexync_contracts.commands import (
    AddMember,
    Command,
    CommandEnvelope,
    CreateChat,
    CreateMessage,
    DismissChat,
    JoinByInvite,
    MakeHook,
    MakeInvite,
    RemoveMember,
    RenameChat,
    RevokeHook,
    RevokeInvite,
    SetHistory,
    SetPicture,
    SetRetention,
    SetRole,
    SetTagline,
)
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import (
    ChatKind,
    EventRecord,
    History,
    Member,
    MemberAdded,
    MessageCreated,
    Role,
)
from nexync_contracts.ids import AttachmentId, CommandId, HookId, InviteId, PersonId, Stream
from nexync_contracts.message_commands import React
from nexync_contracts.retention import Retention
from nexync_streams.deciding import Accepted, decide
from nexync_streams.fold import ChatState, StreamState, apply, fresh, from_snapshot, snapshot

STREAM = Stream("c:c0000000-0000-4000-8000-000000000000")
PEOPLE = [PersonId(f"00000000-0000-4000-8000-00000000000{i}") for i in range(5)]
ANN, BOB, CID, DEE, _ = PEOPLE
LINK = InviteId("10000000-0000-4000-8000-000000000000")
OTHER_LINK = InviteId("20000000-0000-4000-8000-000000000000")
DIGEST, OTHER_DIGEST = "0" * 64, "1" * 64
NOW = 1_000


def judged(
    state: StreamState, sender: PersonId, command: Command, at: int = NOW
) -> EventRecord | RejectCode:
    envelope = CommandEnvelope(
        stream=STREAM,
        id=CommandId(str(uuid.uuid4())),
        sender=sender,
        people_partitions=dict.fromkeys(PEOPLE, 0),
        command=command,
    )
    decision = decide(state, envelope, at, None)
    if isinstance(decision, Accepted):
        return decision.record
    code = getattr(decision, "code", None)
    assert isinstance(code, RejectCode)
    return code


def after(state: StreamState, *steps: tuple[PersonId, Command], at: int = NOW) -> StreamState:
    for sender, command in steps:
        record = judged(state, sender, command, at)
        assert isinstance(record, EventRecord), record
        state = apply(state, record)
    return state


def body(state: StreamState) -> ChatState:
    assert isinstance(state.body, ChatState)
    return state.body


def team(*others: PersonId) -> StreamState:
    """A group that Ann made with the others."""
    members = (
        Member(person=ANN, role=Role.ADMIN),
        *(Member(person=person, role=Role.MEMBER) for person in others),
    )
    create = CreateChat(kind=ChatKind.GROUP, name="Team", members=members, partition=0)
    return after(fresh(STREAM, 0), (ANN, create))


ADMIN_ONLY: list[Command] = [
    AddMember(person=DEE),
    RemoveMember(person=CID),
    RenameChat(name="Tea"),
    SetRole(person=CID, role=Role.ADMIN),
    SetTagline(tagline="Tea"),
    SetHistory(history=History.ALL),
    SetRetention(retention=Retention.DAYS_30),
    DismissChat(),
    MakeInvite(invite=LINK, digest=DIGEST),
    RevokeInvite(invite=OTHER_LINK),
]


@pytest.mark.parametrize("command", ADMIN_ONLY, ids=lambda command: command.tag)
def test_what_only_admins_may(command: Command) -> None:
    """A member is refused, so is who was one, so is an admin of a private chat and of a dismissed group."""
    made = (ANN, MakeInvite(invite=OTHER_LINK, digest=DIGEST))
    state = after(team(BOB, CID), made)
    assert judged(state, BOB, command) is RejectCode.NOT_ALLOWED
    assert judged(state, DEE, command) is RejectCode.NOT_A_MEMBER
    assert isinstance(judged(state, ANN, command), EventRecord)
    removed = after(state, (ANN, RemoveMember(person=BOB)))
    assert judged(removed, BOB, command) is RejectCode.NOT_A_MEMBER
    demoted = after(
        state,
        (ANN, SetRole(person=BOB, role=Role.ADMIN)),
        (BOB, SetRole(person=ANN, role=Role.MEMBER)),
    )
    assert judged(demoted, ANN, command) is RejectCode.NOT_ALLOWED
    dismissed = after(state, (ANN, DismissChat()))
    assert judged(dismissed, ANN, command) is RejectCode.DISMISSED
    members = tuple(Member(person=person, role=Role.ADMIN) for person in (ANN, CID))
    private = CreateChat(kind=ChatKind.PRIVATE, members=members, partition=0)
    alone = after(fresh(STREAM, 0), (ANN, private))
    assert judged(alone, ANN, command) is RejectCode.NOT_ALLOWED


def test_a_dismissed_group_can_only_be_left() -> None:
    state = after(team(BOB), (ANN, DismissChat()))
    assert judged(state, BOB, CreateMessage(body="x")) is RejectCode.DISMISSED
    left = after(state, (BOB, RemoveMember(person=BOB)), (ANN, RemoveMember(person=ANN)))
    assert body(left).members == {}


def test_the_last_admin_stays_one_and_hands_over_when_leaving() -> None:
    """To who is in the group for longest; an admin who is left needs no successor."""
    state = after(
        team(BOB),
        (ANN, AddMember(person=CID)),
        (ANN, RemoveMember(person=BOB)),
        (ANN, AddMember(person=BOB)),
    )
    own = SetRole(person=ANN, role=Role.MEMBER)
    assert judged(state, ANN, own) is RejectCode.LAST_ADMIN
    assert judged(state, ANN, SetRole(person=ANN, role=Role.ADMIN)) is RejectCode.ALREADY_SO
    left = after(state, (ANN, RemoveMember(person=ANN)))
    assert {p: m.role for p, m in body(left).members.items()} == {
        BOB: Role.MEMBER,
        CID: Role.ADMIN,
    }
    two = after(state, (ANN, SetRole(person=BOB, role=Role.ADMIN)))
    without = after(two, (ANN, RemoveMember(person=ANN)))
    assert body(without).members[CID].role is Role.MEMBER


def test_history_is_the_groups_setting_at_the_moment_of_joining() -> None:
    state = team()
    plain = judged(state, ANN, AddMember(person=BOB))
    assert isinstance(plain, EventRecord)
    assert plain.event == MemberAdded(person=BOB)
    opened = after(state, (ANN, SetHistory(history=History.ALL)))
    whole = judged(opened, ANN, AddMember(person=BOB))
    assert isinstance(whole, EventRecord)
    assert whole.event == MemberAdded(person=BOB, history=True)
    assert judged(opened, ANN, SetHistory(history=History.ALL)) is RejectCode.ALREADY_SO


def test_retention_is_the_groups_setting() -> None:
    """None gives it back to the workspace; the snapshot keeps it."""
    state = team()
    assert judged(state, ANN, SetRetention()) is RejectCode.ALREADY_SO
    short = after(state, (ANN, SetRetention(retention=Retention.DAYS_30)))
    assert body(short).settings.retention is Retention.DAYS_30
    again = from_snapshot(STREAM, snapshot(body(short)))
    assert isinstance(again, ChatState)
    assert again.settings.retention is Retention.DAYS_30
    assert body(after(short, (ANN, SetRetention()))).settings.retention is None


def test_a_link_lets_in_as_often_and_as_long_as_it_says() -> None:
    make = MakeInvite(invite=LINK, digest=DIGEST, expires_at=NOW + 10, uses=1)
    state = after(team(), (ANN, make))
    join = JoinByInvite(invite=LINK, digest=DIGEST)
    wrong = JoinByInvite(invite=LINK, digest=OTHER_DIGEST)
    assert judged(state, BOB, wrong) is RejectCode.INVITE_OVER
    assert judged(state, BOB, join, NOW + 10) is RejectCode.INVITE_OVER
    assert judged(state, ANN, join) is RejectCode.ALREADY_A_MEMBER
    joined = after(state, (BOB, join), at=NOW + 9)
    assert body(joined).members[BOB].role is Role.MEMBER
    assert judged(joined, CID, join) is RejectCode.INVITE_OVER
    revoked = after(state, (ANN, RevokeInvite(invite=LINK)))
    assert judged(revoked, BOB, join) is RejectCode.INVITE_OVER
    dismissed = after(state, (ANN, DismissChat()))
    assert judged(dismissed, BOB, join) is RejectCode.INVITE_OVER


def test_links_of_a_group_are_bounded_and_old_ones_make_room() -> None:
    def link(number: int, expires_at: int | None = None) -> MakeInvite:
        invite = InviteId(str(uuid.UUID(int=number)))
        return MakeInvite(invite=invite, digest=DIGEST, expires_at=expires_at)

    state = team()
    for number in range(limits.INVITES):
        state = after(state, (ANN, link(number, expires_at=NOW + 5)))
    assert judged(state, ANN, link(99)) is RejectCode.INVITES_FULL
    assert judged(state, ANN, link(0), NOW + 5) is RejectCode.INVALID
    assert judged(state, ANN, link(99, expires_at=NOW)) is RejectCode.INVITE_OVER
    later = after(state, (ANN, link(99)), at=NOW + 5)
    assert len(body(later).settings.invites) == 1


def test_a_full_group_takes_nobody_by_a_link() -> None:
    crowd = tuple(
        Member(person=PersonId(str(uuid.UUID(int=number))), role=Role.MEMBER)
        for number in range(1, limits.CHAT_MEMBERS)
    )
    create = CreateChat(
        kind=ChatKind.GROUP,
        members=(Member(person=ANN, role=Role.ADMIN), *crowd),
        partition=0,
    )
    envelope = CommandEnvelope(
        stream=STREAM,
        id=CommandId(str(uuid.uuid4())),
        sender=ANN,
        people_partitions={ANN: 0} | {one.person: 0 for one in crowd},
        command=create,
    )
    decision = decide(fresh(STREAM, 0), envelope, NOW, None)
    assert isinstance(decision, Accepted)
    state = apply(fresh(STREAM, 0), decision.record)
    linked = after(state, (ANN, MakeInvite(invite=LINK, digest=DIGEST)))
    join = JoinByInvite(invite=LINK, digest=DIGEST)
    assert judged(linked, BOB, join) is RejectCode.CHAT_FULL


@dataclass
class Model:
    """A group as plain sets: written from the rules, not from the code."""

    roles: dict[PersonId, Role]
    since: dict[PersonId, int]
    over: bool = False

    def admin(self, person: PersonId) -> bool:
        return self.roles.get(person) is Role.ADMIN

    def takes(self, sender: PersonId, command: Command, seq: int) -> bool:
        """Whether the command becomes an event; then it has happened here, too."""
        if sender not in self.roles:
            return False
        if isinstance(command, RemoveMember):
            return self._remove(sender, command.person)
        if self.over:
            return False
        if isinstance(command, CreateMessage):
            return True
        if not self.admin(sender):
            return False
        return self._change(command, seq)

    def _change(self, command: Command, seq: int) -> bool:
        if isinstance(command, AddMember):
            if command.person in self.roles:
                return False
            self.roles[command.person], self.since[command.person] = command.role, seq
        elif isinstance(command, SetRole):
            if self.roles.get(command.person) in {None, command.role}:
                return False
            admins = [person for person in self.roles if self.admin(person)]
            if command.role is Role.MEMBER and admins == [command.person]:
                return False
            self.roles[command.person] = command.role
        elif isinstance(command, DismissChat):
            self.over = True
        return True

    def _remove(self, sender: PersonId, person: PersonId) -> bool:
        if person not in self.roles or (sender != person and (self.over or not self.admin(sender))):
            return False
        del self.roles[person]
        if self.roles and not any(self.admin(one) for one in self.roles):
            self.roles[min(self.roles, key=lambda one: (self.since[one], one))] = Role.ADMIN
        return True


people = st.sampled_from(PEOPLE)
steps = st.lists(
    st.tuples(
        people,
        st.one_of(
            st.builds(AddMember, person=people, role=st.sampled_from(Role)),
            st.builds(RemoveMember, person=people),
            st.builds(SetRole, person=people, role=st.sampled_from(Role)),
            st.builds(SetTagline, tagline=st.just("x")),
            st.builds(CreateMessage, body=st.just("x")),
        ),
    ),
    max_size=40,
)


@given(steps, st.integers(0, 40))
def test_the_decision_is_the_models(many: list[tuple[PersonId, Command]], end: int) -> None:
    """Whatever is asked in whatever order: the same is refused, the same people are in, an admin among them."""
    state = team(BOB, CID)
    model = Model({ANN: Role.ADMIN, BOB: Role.MEMBER, CID: Role.MEMBER}, dict.fromkeys(PEOPLE, 1))
    for number, (sender, command) in enumerate(many):
        wanted = DismissChat() if number == end else command
        record = judged(state, sender, wanted)
        taken = isinstance(record, EventRecord)
        assert model.takes(sender, wanted, state.head + 1) is taken
        if isinstance(record, EventRecord):
            state = apply(state, record)
        roles = {person: member.role for person, member in body(state).members.items()}
        assert roles == model.roles
        assert not roles or Role.ADMIN in roles.values()


PICTURE = AttachmentId("0e000000-0000-4000-8000-000000000000")


def test_admins_give_the_group_a_picture() -> None:
    """It must be a ready upload of theirs, which the admission says; the snapshot keeps it."""
    state = team(BOB)
    assert judged(state, BOB, SetPicture(picture=PICTURE)) is RejectCode.NOT_ALLOWED
    unready = SetPicture(picture=PICTURE, ready=False)
    assert judged(state, ANN, unready) is RejectCode.NO_SUCH_ATTACHMENT
    state = after(state, (ANN, SetPicture(picture=PICTURE)))
    assert judged(state, ANN, SetPicture(picture=PICTURE)) is RejectCode.ALREADY_SO
    assert body(state).settings.picture == PICTURE
    assert from_snapshot(STREAM, snapshot(body(state))) == body(state)
    state = after(state, (ANN, SetPicture()))
    assert body(state).settings.picture is None


HOOK = HookId("30000000-0000-4000-8000-000000000000")
AUTHOR = PersonId(HOOK)
MAKE = MakeHook(hook=HOOK, digest="0" * 64, name="Build")


def test_a_webhook_writes_under_its_name_or_another_for_once() -> None:
    state = after(team(BOB), (ANN, MAKE))
    plain = judged(state, AUTHOR, CreateMessage(body="red"))
    named = judged(state, AUTHOR, CreateMessage(body="red", hook="Nightly"))
    assert isinstance(plain, EventRecord)
    assert isinstance(named, EventRecord)
    assert plain.by == AUTHOR
    assert plain.event == MessageCreated(body="red", hook="Build")
    assert named.event == MessageCreated(body="red", hook="Nightly")


def test_it_does_nothing_else_and_nobody_else_writes_so() -> None:
    state = after(team(BOB), (ANN, MAKE))
    assert judged(state, AUTHOR, React(target=1, emoji="👍", author=ANN)) is RejectCode.NOT_A_MEMBER
    assert judged(state, AUTHOR, RenameChat(name="x")) is RejectCode.NOT_A_MEMBER
    assert judged(state, AUTHOR, CreateMessage(body="")) is RejectCode.INVALID
    other = PersonId("40000000-0000-4000-8000-000000000000")
    assert judged(state, other, CreateMessage(body="red")) is RejectCode.NOT_A_MEMBER
    faked = judged(state, BOB, CreateMessage(body="red", hook="Build"))
    assert isinstance(faked, EventRecord)
    assert faked.event == MessageCreated(body="red")


def test_a_revoked_one_and_those_of_a_dismissed_group_write_no_more() -> None:
    state = after(team(BOB), (ANN, MAKE))
    assert judged(state, BOB, RevokeHook(hook=HOOK)) is RejectCode.NOT_ALLOWED
    for end in (RevokeHook(hook=HOOK), DismissChat()):
        over = after(state, (ANN, end))
        assert judged(over, AUTHOR, CreateMessage(body="red")) is RejectCode.NOT_A_MEMBER
        assert body(over).settings.hooks == {}
    revoked = after(state, (ANN, RevokeHook(hook=HOOK)))
    assert judged(revoked, ANN, RevokeHook(hook=HOOK)) is RejectCode.ALREADY_SO


def test_there_are_so_many_at_most_and_a_snapshot_keeps_them() -> None:
    def hook(number: int) -> MakeHook:
        identifier = HookId(f"30000000-0000-4000-8000-{number:012}")
        return MakeHook(hook=identifier, digest=f"{number:064}", name=f"Hook {number}")

    assert judged(team(BOB), BOB, MAKE) is RejectCode.NOT_ALLOWED
    state = after(team(BOB), *((ANN, hook(number)) for number in range(limits.HOOKS)))
    assert judged(state, ANN, hook(0)) is RejectCode.ALREADY_SO
    assert judged(state, ANN, hook(99)) is RejectCode.HOOKS_FULL
    assert from_snapshot(state.stream, snapshot(body(state))) == body(state)
    first = body(state).settings.hooks[HookId("30000000-0000-4000-8000-000000000000")]
    assert (first.by, first.at) == (ANN, NOW)
