"""What one person keeps about one chat, and how drafts of several devices are put together.

The last writer of a draft wins, and what was sent stays away.
"""

from collections.abc import Callable
from typing import Final, NamedTuple


class Draft(NamedTuple):
    """A message that is not sent yet. Times are Unix ms; `began` stays while it grows, on all devices."""

    text: str
    reply_to: int | None
    began: int
    at: int


class Drafts(NamedTuple):
    """The one draft of a chat. What began up to `ended` was sent or given up."""

    draft: Draft | None = None
    ended: int = 0


class Own(NamedTuple):
    """The kept state of one (person, chat); times are Unix ms. `archived_n` is the chat's n when it was archived."""

    version: int = 0
    muted_until: int = 0
    archived_n: int | None = None
    marked_unread: bool = False
    pinned_at: int | None = None
    drafts: Drafts = Drafts()


NOTHING_KEPT: Final = Own()

Fold = Callable[[Own, int], Own]
"""The state after a change, from the state before and the number of other chats that the person has pinned."""


def written(drafts: Drafts, draft: Draft) -> Drafts:
    """A device has written this: taken unless it is over, or older than what is there."""
    if draft.began <= drafts.ended:
        return drafts
    held = drafts.draft
    if held is not None and (held.at, held.began, held.text) >= (draft.at, draft.began, draft.text):
        return drafts
    return drafts._replace(draft=draft)


def ended(drafts: Drafts, began: int) -> Drafts:
    """A device has sent or emptied the draft that began then: it and all before it are over."""
    over = max(drafts.ended, began)
    held = drafts.draft
    return Drafts(None if held is not None and held.began <= over else held, over)
