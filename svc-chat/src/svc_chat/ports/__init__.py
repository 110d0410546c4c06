"""What the use cases need from outside, and the shapes they get it in: a module a family."""

from svc_chat.ports.chats import ChatFacts, ChatSeat, ChatStore, MemberRow
from svc_chat.ports.groups import GroupFacts, GroupStore, MemberPlace
from svc_chat.ports.hooks import HookPlace, HookStore
from svc_chat.ports.keeping import KeptAnswers, Revisions
from svc_chat.ports.log import Log, OutboxRow, Outcomes, OutcomeTicket
from svc_chat.ports.own import OwnNotices, OwnStore
from svc_chat.ports.people import (
    PeopleStore,
    PersonRow,
    PersonStore,
    PresenceStore,
    Suggestion,
    SuggestionStore,
)
from svc_chat.ports.profiles import ProfileRow, ProfileStore
from svc_chat.ports.receipts import MarkStore, Reader, ReceiptLog, ReceiptStore, Seen
from svc_chat.ports.search import Hit, HitPlace, Phase, SearchStore, Sought
from svc_chat.ports.streams import Places, Snapshot, StoredHead, StreamStore
from svc_chat.ports.windows import Window, WindowHead, WindowHeads, Windows

__all__ = [
    "ChatFacts",
    "ChatSeat",
    "ChatStore",
    "GroupFacts",
    "GroupStore",
    "Hit",
    "HitPlace",
    "HookPlace",
    "HookStore",
    "KeptAnswers",
    "Log",
    "MarkStore",
    "MemberPlace",
    "MemberRow",
    "OutboxRow",
    "OutcomeTicket",
    "Outcomes",
    "OwnNotices",
    "OwnStore",
    "PeopleStore",
    "PersonRow",
    "PersonStore",
    "Phase",
    "Places",
    "PresenceStore",
    "ProfileRow",
    "ProfileStore",
    "Reader",
    "ReceiptLog",
    "ReceiptStore",
    "Revisions",
    "SearchStore",
    "Seen",
    "Snapshot",
    "Sought",
    "StoredHead",
    "StreamStore",
    "Suggestion",
    "SuggestionStore",
    "Window",
    "WindowHead",
    "WindowHeads",
    "Windows",
]
