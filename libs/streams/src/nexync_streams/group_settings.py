"""What a chat settles about itself besides its name and members: part of the fold, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from nexync_contracts.events import (
    ChatDismissed,
    EventRecord,
    History,
    HistoryChanged,
    HookMade,
    HookRevoked,
    HooksEnded,
    InviteMade,
    InviteRevoked,
    MemberAdded,
    PictureChanged,
    RetentionChanged,
    TaglineChanged,
)
from nexync_contracts.ids import AttachmentId, HookId, InviteId, PersonId
from nexync_contracts.message_events import MessageDeleted, MessagePinned, MessageUnpinned
from nexync_contracts.retention import Retention


class Invite(NamedTuple):
    """A link: the SHA-256 of its secret, its end (Unix milliseconds) and what is left of its uses.

    None is no limit.
    """

    digest: str
    expires_at: int | None
    uses_left: int | None

    def works(self, at: int) -> bool:
        """Whether it lets somebody in at that time (Unix milliseconds)."""
        return (self.expires_at is None or at < self.expires_at) and self.uses_left != 0


class Hook(NamedTuple):
    """A webhook: the SHA-256 of its secret, its name, who made it and when (Unix milliseconds)."""

    digest: str
    name: str
    by: PersonId
    at: int


class Pin(NamedTuple):
    """A message that is kept in view: the event that pinned it, by whom and when (Unix milliseconds)."""

    target: int
    seq: int
    by: PersonId
    at: int
    hidden: bool = False
    """Whether `by` alone sees that it is pinned."""


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """A private chat has these, too, but changes nothing except its pins and webhooks."""

    tagline: str = ""
    picture: AttachmentId | None = None
    history: History = History.FROM_JOIN
    dismissed: bool = False
    invites: Mapping[InviteId, Invite] = field(default_factory=lambda: MappingProxyType({}))
    pins: tuple[Pin, ...] = ()
    """Oldest first, at most `limits.PINNED_MESSAGES`."""
    retention: Retention | None = None
    """None: as the workspace."""
    hooks: Mapping[HookId, Hook] = field(default_factory=lambda: MappingProxyType({}))
    """At most `limits.HOOKS`, oldest first."""

    def pinned(self, target: int) -> bool:
        """Whether the message is pinned."""
        return any(pin.target == target for pin in self.pins)

    def working(self, at: int) -> dict[InviteId, Invite]:
        """The links that let somebody in at that time; at most `limits.INVITES`."""
        return {key: invite for key, invite in self.invites.items() if invite.works(at)}


UNCHANGED: Final = GroupSettings()


def settings_after(settings: GroupSettings, record: EventRecord) -> GroupSettings:
    """The settings after an event; the same object if it says nothing about them."""
    match record.event:
        case TaglineChanged(tagline=tagline):
            return replace(settings, tagline=tagline)
        case PictureChanged(picture=picture):
            return replace(settings, picture=picture)
        case HistoryChanged(history=history):
            return replace(settings, history=history)
        case RetentionChanged(retention=retention):
            return replace(settings, retention=retention)
        case ChatDismissed():
            none: MappingProxyType[Any, Any] = MappingProxyType({})
            return replace(settings, dismissed=True, invites=none, hooks=none)
        case InviteMade() as made:
            invites = settings.working(record.at)
            invites[made.invite] = Invite(made.digest, made.expires_at, made.uses)
            return replace(settings, invites=MappingProxyType(invites))
        case InviteRevoked(invite=revoked):
            left = {key: invite for key, invite in settings.invites.items() if key != revoked}
            return replace(settings, invites=MappingProxyType(left))
        case MessagePinned(target=target, hidden=hidden):
            pin = Pin(target, record.seq, record.by, record.at, hidden)
            return replace(settings, pins=(*settings.pins, pin))
        case MessageUnpinned(target=target) | MessageDeleted(target=target) if settings.pinned(
            target
        ):
            left_pins = tuple(pin for pin in settings.pins if pin.target != target)
            return replace(settings, pins=left_pins)
        case MemberAdded(invite=used) if used is not None and used in settings.invites:
            invite = settings.invites[used]
            if invite.uses_left is None:
                return settings
            spent = invite._replace(uses_left=max(0, invite.uses_left - 1))
            return replace(settings, invites=MappingProxyType({**settings.invites, used: spent}))
        case _:
            hooks = _hooks_after(settings.hooks, record)
            return settings if hooks is settings.hooks else replace(settings, hooks=hooks)


def _hooks_after(hooks: Mapping[HookId, Hook], record: EventRecord) -> Mapping[HookId, Hook]:
    event = record.event
    if isinstance(event, HookMade):
        hook = Hook(event.digest, event.name, record.by, record.at)
        return MappingProxyType({**hooks, event.hook: hook})
    if isinstance(event, HookRevoked):
        return MappingProxyType({key: hook for key, hook in hooks.items() if key != event.hook})
    if isinstance(event, HooksEnded):
        return MappingProxyType({})
    return hooks


def to_json(settings: GroupSettings) -> dict[str, Any]:
    """As the snapshot keeps it; what is as it was at the beginning is left out."""
    value: dict[str, Any] = {}
    if settings.tagline:
        value["tagline"] = settings.tagline
    if settings.picture is not None:
        value["picture"] = settings.picture
    if settings.history is not History.FROM_JOIN:
        value["history"] = settings.history.value
    if settings.dismissed:
        value["dismissed"] = True
    if settings.invites:
        value["invites"] = {key: list(invite) for key, invite in settings.invites.items()}
    if settings.pins:
        value["pins"] = [list(pin if pin.hidden else pin[:4]) for pin in settings.pins]
    if settings.retention is not None:
        value["retention"] = settings.retention.value
    if settings.hooks:
        value["hooks"] = {key: list(hook) for key, hook in settings.hooks.items()}
    return value


def from_json(value: Mapping[str, Any]) -> GroupSettings:
    """What `to_json` wrote."""
    invites = {InviteId(key): Invite(*parts) for key, parts in value.get("invites", {}).items()}
    hooks = {HookId(key): Hook(*parts) for key, parts in value.get("hooks", {}).items()}
    return GroupSettings(
        tagline=str(value.get("tagline", "")),
        picture=value.get("picture"),
        history=History(value.get("history", History.FROM_JOIN.value)),
        dismissed=bool(value.get("dismissed", False)),
        invites=MappingProxyType(invites),
        pins=tuple(Pin(*parts) for parts in value.get("pins", ())),
        retention=Retention(value["retention"]) if "retention" in value else None,
        hooks=MappingProxyType(hooks),
    )
