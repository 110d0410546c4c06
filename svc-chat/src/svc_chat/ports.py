"""What the use cases need from outside, and the shapes they get it in."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from nexync_contracts.attachments import Attachment
from nexync_contracts.commands import Outcome
from nexync_contracts.events import ChatKind, EventRecord, Role
from nexync_contracts.ids import AttachmentId, ChatId, CommandId, PersonId, Stream, Username
from nexync_contracts.profile_rest import OwnProfile, PrivacyBody, PrivacyView
from nexync_contracts.receipts import ReceiptRecord
from nexync_contracts.retention import Retention
from nexync_streams.group_settings import UNCHANGED, GroupSettings
from nexync_streams.messages import Edit, Now
from nexync_streams.watermarks import Watermark
from svc_chat.chapters import Chapter
from svc_chat.own import NOTHING_KEPT, Fold, Own
from svc_chat.spans import Membership, Range


class StoredHead(NamedTuple):
    """How far Postgres is with a stream. `at` is the last event's time, Unix ms; `kind` is a chat's."""

    partition: int
    epoch: int
    head: int
    n: int
    at: int
    kind: ChatKind | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The recent events of a stream: `raw` holds the frames of the seqs from `first` on, without a hole.

    `known` is False while nobody answers for its being complete; an unknown window is not an empty one.
    """

    known: bool
    first: int = 1
    raw: tuple[bytes, ...] = ()

    @property
    def head(self) -> int:
        """The last seq in the window, `first - 1` when it is empty."""
        return self.first + len(self.raw) - 1

    def records(self, low: int, high: int) -> list[EventRecord]:
        """The events of [low, high] that the window holds."""
        start = max(low, self.first) - self.first
        stop = max(start, min(high, self.head) - self.first + 1)
        return [EventRecord.model_validate_json(frame) for frame in self.raw[start:stop]]


class WindowHead(NamedTuple):
    """A stream's head as the windows know it."""

    epoch: int
    seq: int
    n: int


class WindowHeads(NamedTuple):
    """Heads of the recently active streams among those asked for, and which partitions are live."""

    heads: Mapping[Stream, WindowHead]
    live: frozenset[int]


class Windows(Protocol):
    """The recent events of all streams. Every method raises WindowsAwayError when the store is away."""

    async def read(self, stream: Stream, partition: int) -> Window:
        """Window and its partition's marker at one moment."""
        ...

    async def heads(
        self, streams: Sequence[Stream], partitions: Collection[int]
    ) -> WindowHeads: ...

    async def tails(self, wanted: Mapping[Stream, Range]) -> Mapping[Stream, Sequence[EventRecord]]:
        """For each stream what its window holds from `low` on, also what came after `high` meanwhile."""
        ...


class Snapshot(Protocol):
    """One moment of Postgres for one stream, as one person looks at it: `events` alone has what is hidden from them."""

    stored: StoredHead | None
    membership: Membership
    chapters: Sequence[Chapter]

    async def events(self, ranges: Sequence[Range]) -> list[EventRecord]:
        """The events of these ranges, ascending."""
        ...

    async def lines(
        self, ranges: Sequence[Range], count: int, *, newest: bool
    ) -> list[EventRecord]:
        """The newest or oldest `count` events of these ranges that are lines of a timeline, ascending."""
        ...

    async def messages_now(self, targets: Sequence[int], as_of: int) -> Mapping[int, Now]:
        """What became of these messages up to `as_of`; untouched ones are left out. A fixed number of queries."""
        ...

    async def versions(self, target: int, as_of: int, count: int) -> list[Edit]:
        """The newest `count` edits of a message up to `as_of`, oldest first."""
        ...


class StreamStore(Protocol):
    """Streams in Postgres."""

    def snapshot(
        self, stream: Stream, person: PersonId | None
    ) -> AbstractAsyncContextManager[Snapshot]: ...

    async def partition_of(self, stream: Stream) -> int | None:
        """Where the stream lives; None when it has no place, so that nothing of it can exist."""
        ...

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, StoredHead]: ...

    async def log_epoch(self) -> int: ...


class KeptAnswers(Protocol):
    """Answers by their keys. Nothing is raised when the store is away: nothing is kept then."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, body: bytes, seconds: int) -> None: ...

    async def lead(self, key: str) -> bool:
        """Whether it falls to this one to make the answer; the others wait for it for a moment."""
        ...


class Revisions(Protocol):
    """Words that change with what they stand for, and never come again."""

    async def read(self, names: Sequence[str]) -> tuple[str, ...] | None:
        """The revisions; None when they can't be known."""
        ...

    async def move(self, names: Sequence[str]) -> None:
        """Change them. Raises UnmovedError."""
        ...


class Places(Protocol):
    """Where streams live, for ever."""

    async def place(self, stream: Stream) -> int:
        """The partition of a chat's stream: the one it has, or one that is chosen and written down now."""
        ...


class PersonRow(NamedTuple):
    """A person and how the one who asks is related to them."""

    person: PersonId
    username: Username
    name: str
    relation: str
    askable: bool = True
    tells_presence: bool = True
    """Whether the settings of both allow it; only a connection is told."""
    bot: bool = False
    picture: AttachmentId | None = None


class Suggestion(NamedTuple):
    """Somebody whom one may know, and the number of common acquaintances."""

    row: PersonRow
    mutual: int


class SuggestionStore(Protocol):
    """Who may be suggested to whom."""

    async def suggest(self, viewer: PersonId, limit: int) -> list[Suggestion]: ...


class PresenceStore(Protocol):
    """What the gateways say about who is here."""

    async def seen(self, person: PersonId) -> int | None:
        """Unix seconds of the last time that is remembered. Raises WindowsAwayError."""
        ...


class ChatSeat(NamedTuple):
    """One person's place in one chat, as Postgres has it. `active_at` is the last visible event's time, ms."""

    chat: ChatId
    kind: ChatKind
    stored: StoredHead
    membership: Membership
    active_at: int


class MemberRow(NamedTuple):
    """A present member of a chat."""

    person: PersonId
    username: Username
    name: str
    role: Role
    bot: bool = False
    picture: AttachmentId | None = None


class ChatFacts(NamedTuple):
    """What the list shows of a chat besides its events.

    `mark` is the read mark: its seq, and the messages so far at it, or at the stored head if that lies before it.

    `mentioned` counts stored unread messages that name the person; None where it doesn't matter (not muted).
    `chapters` are there where something of the chat is gone; `workspace` is the workspace's class.
    """

    chat: ChatId
    kind: ChatKind
    name: str | None
    stored: StoredHead
    membership: Membership
    member_count: int
    mark: tuple[int, int]
    members: tuple[MemberRow, ...]
    last: EventRecord | None
    settings: GroupSettings = UNCHANGED
    own: Own = NOTHING_KEPT
    mentioned: int | None = None
    chapters: tuple[Chapter, ...] = ()
    workspace: Retention = Retention.FOREVER
    delivered: int = 0


class GroupFacts(NamedTuple):
    """A group and one person's role in it; None for who isn't a member."""

    partition: int
    name: str | None
    settings: GroupSettings
    member_count: int
    role: Role | None


class MemberPlace(NamedTuple):
    """Where a member stands in the list of a group's members."""

    role: str
    from_seq: int
    person: PersonId


class GroupStore(Protocol):
    """Groups in Postgres."""

    async def group(self, chat: ChatId, person: PersonId) -> GroupFacts | None:
        """The group; None for what isn't one."""
        ...

    async def workspace_retention(self) -> Retention:
        """The class that holds where a group has chosen none."""
        ...

    async def members(
        self, chat: ChatId, after: MemberPlace, limit: int
    ) -> list[tuple[MemberRow, MemberPlace]]:
        """Present members behind that place, each with its own."""
        ...


class ChatStore(Protocol):
    """A person's chats in Postgres."""

    async def seats(self, person: PersonId) -> list[ChatSeat]:
        """Every chat the person is or was in."""
        ...

    async def facts(self, person: PersonId, chats: Sequence[ChatId]) -> dict[ChatId, ChatFacts]:
        """Details of these chats at one moment, in a fixed number of queries."""
        ...


class MarkStore(Protocol):
    """Read marks in Postgres, which the persister writes."""

    async def marked(self, chat: ChatId, person: PersonId) -> int:
        """Up to where the person has read; 0 for nothing yet."""
        ...


class ReceiptLog(Protocol):
    """`receipt-topic`."""

    async def append(self, record: ReceiptRecord) -> None:
        """Returns once the record is durable. Raises BusyError."""
        ...


class Reader(NamedTuple):
    """Another member and how far they are; they see everything from `since` on. Names only where they are asked for."""

    person: PersonId
    username: Username
    name: str
    since: int
    watermark: Watermark


class Seen(NamedTuple):
    """Members of whom one may know: all, those who have a message, those who have read it; and some of the last."""

    of: int
    delivered: int
    read: int
    readers: tuple[Reader, ...]


class ReceiptStore(Protocol):
    """Watermarks in Postgres, as far as one person may know them."""

    async def tells(self, person: PersonId) -> bool:
        """Whether the person lets others know."""
        ...

    async def members(self, chat: ChatId, viewer: PersonId, most: int) -> list[Reader] | None:
        """The other members who let the viewer know; None in a chat of more than `most`."""
        ...

    async def seen(
        self,
        chat: ChatId,
        viewer: PersonId,
        author: PersonId,
        target: int,
        after: str,
        limit: int,
    ) -> Seen:
        """Who has read the message `target`, by username behind `after`."""
        ...


class OwnStore(Protocol):
    """The kept states."""

    async def own(self, person: PersonId, chat: ChatId) -> Own: ...

    async def change(self, person: PersonId, chat: ChatId, fold: Fold) -> Own:
        """Apply the change, one of a person's at a time; another state gets the next version."""
        ...

    async def read(self, person: PersonId, chat: ChatId) -> bool:
        """The chat was read: take the mark away. Whether there was one."""
        ...


class OwnNotices(Protocol):
    """The person's open pages."""

    async def changed(self, person: PersonId, chat: ChatId) -> None:
        """Tell them. Lost without a word when Redis is away."""
        ...


class Phase(StrEnum):
    """Where a search looks, and what counts there as found; the order is that of the answer."""

    WHOLE = "w"
    """By the index: every term as whole words."""
    PART = "p"
    """By the index: every term anywhere, without what is found as whole words."""
    RECENT_PART = "q"
    """The same in the newest messages alone."""
    RECENT = "r"
    """Every term anywhere in the newest messages alone."""


class HitPlace(NamedTuple):
    """Where a hit stands among those of its phase: newest first. `at` is Unix ms."""

    at: int
    stream: Stream
    seq: int


class Hit(NamedTuple):
    """A message that was found, with its text of now; `place.at` is when it was written."""

    place: HitPlace
    by: PersonId
    edited: bool
    body: str
    attachments: tuple[Attachment, ...] = ()
    hook: str | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search is for: all `terms`, in what `ranges` say of each stream, the one active last first.

    `since` (inclusive) and `until` (exclusive) are Unix ms. Messages in `changed` have another text or none by now,
    which Postgres doesn't know yet.
    """

    terms: tuple[str, ...]
    ranges: Mapping[Stream, Sequence[Range]]
    sender: PersonId | None = None
    since: int | None = None
    until: int | None = None
    changed: frozenset[tuple[Stream, int]] = frozenset()
    has: frozenset[str] = frozenset()
    """Kinds of files that the message carries, each of them."""
    viewer: PersonId | None = None
    """Who searches: what is hidden is found by its author alone."""


class SearchStore(Protocol):
    """Texts of messages in Postgres."""

    async def hits(
        self, sought: Sought, phase: Phase, after: HitPlace | None, count: int
    ) -> list[Hit]:
        """The first `count` hits behind that place. Raises TooSlowError, BusyError."""
        ...

    async def author(self, username: str) -> PersonId | None:
        """Who has this username."""
        ...


class PersonStore(Protocol):
    """One person as another sees them."""

    async def person(self, viewer: PersonId, person: PersonId) -> PersonRow | None: ...


class PeopleStore(PersonStore, Protocol):
    """People and their relations in Postgres. Only verified people exist here."""

    async def search(self, viewer: PersonId, text: str, limit: int) -> list[PersonRow]: ...

    async def rows(
        self, viewer: PersonId, people: Collection[PersonId]
    ) -> dict[PersonId, PersonRow]: ...

    async def connections(
        self, viewer: PersonId, after: str | None, limit: int
    ) -> list[PersonRow]: ...

    async def partitions(self, people: Collection[PersonId]) -> dict[PersonId, int]:
        """The partitions of the streams of those people that exist."""
        ...

    async def ask(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Ask, or accept when the other has asked; None when there is no such person. Raises ClosedError."""
        ...

    async def accept(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Accept; None when the other has not asked."""
        ...

    async def end(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """End whatever is between two people; None when the other doesn't exist."""
        ...

    async def block(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Block, and end what is between the two; None when the other doesn't exist."""
        ...

    async def carry_blocks(self, me: PersonId, other: PersonId) -> None:
        """Tell the private chat of the two, which has just begun, of the blocks between them."""
        ...

    async def unblock(self, me: PersonId, other: PersonId) -> PersonRow | None:
        """Take the block back; None when the other doesn't exist."""
        ...

    async def blocked(self, viewer: PersonId, limit: int) -> list[PersonRow]: ...


class ProfileRow(NamedTuple):
    """A person's page for one viewer: `mutual` and `group_count` count, the lists hold the first few."""

    row: PersonRow
    bio: str
    connections: int
    mutual: int
    acquaintances: tuple[PersonRow, ...]
    group_count: int
    groups: tuple[tuple[ChatId, str], ...]


class ProfileStore(Protocol):
    """What people say of themselves and allow others."""

    async def profile(
        self, viewer: PersonId, person: PersonId, people: int, groups: int
    ) -> ProfileRow | None:
        """The page, with at most so many people and groups; None when there is no such person."""
        ...

    async def own(self, person: PersonId) -> OwnProfile | None: ...

    async def change(
        self, person: PersonId, name: str | None, bio: str | None
    ) -> OwnProfile | None:
        """Change what is not None; an empty name gives the username back."""
        ...

    async def privacy(self, person: PersonId) -> PrivacyView: ...

    async def settle(self, person: PersonId, changes: PrivacyBody) -> PrivacyView:
        """Change what is not None; the settings as they are now."""
        ...


class OutboxRow(NamedTuple):
    """A command that waits for its way into the log."""

    number: int
    stream: Stream
    partition: int
    envelope: bytes


class Log(Protocol):
    """The command log."""

    async def append(self, partition: int, stream: Stream, envelope: bytes) -> None:
        """Returns once the record is durable. Raises TimeoutError, BusyError."""
        ...


class OutcomeTicket(Protocol):
    """A place in the registry of outcomes that are waited for."""

    async def outcome(self) -> Outcome: ...


class Outcomes(Protocol):
    """Outcomes of the commands that this instance admitted."""

    def expect(
        self, stream: Stream, sender: PersonId, command: CommandId
    ) -> AbstractAsyncContextManager[OutcomeTicket]:
        """Wait for this one from now on. Raises BusyError when too many are waited for."""
        ...
