"""Bodies of the REST API about what one person keeps about one chat."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.ids import BodyText, ChatIdField
from nexync_contracts.message_events import Target
from nexync_contracts.model import Exact, Tolerant

Millis = Annotated[int, Field(ge=0, le=limits.MUTED_FOR_GOOD)]
"""Unix milliseconds."""


class DraftView(Tolerant):
    """A message that is not sent yet. `began` (Unix ms) tells drafts apart, `at` is the last change."""

    text: BodyText
    reply_to: Target | None = None
    began: Millis
    at: Millis


class OwnChatView(Tolerant):
    """What one person keeps about one chat; nobody else sees it. `version` rises with every change.

    `muted_until` is Unix ms, 0 for not muted, 2^53 - 1 for good. `archived_n` is the chat's `n` when it was archived:
    it is archived while no message has come since, and while it is muted. Pinned chats stand on top, the newest
    `pinned_at` first. Drafts that began up to `draft_ended` were sent or given up.
    """

    chat: ChatIdField
    version: Annotated[int, Field(ge=0)] = 0
    muted_until: Millis = 0
    archived_n: Annotated[int, Field(ge=0)] | None = None
    marked_unread: bool = False
    pinned_at: Millis | None = None
    draft: DraftView | None = None
    draft_ended: Millis = 0


class OwnChatBody(Exact):
    """What is left out, or null, stays as it is. `muted_until` 0 unmutes, 2^53 - 1 mutes for good."""

    muted_until: Millis | None = None
    archived: bool | None = None
    marked_unread: bool | None = None
    pinned: bool | None = None


class DraftBody(Exact):
    """The draft as it is now. The last writer wins: `at` is the client's time, taken as at most the server's.

    `began` is the time at which the draft was begun; it stays the same while it grows, on all devices.
    """

    text: BodyText
    reply_to: Target | None = None
    began: Millis
    at: Millis
