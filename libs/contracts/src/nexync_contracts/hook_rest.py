"""Bodies about webhooks: addresses to which a program sends what shall be said in a chat."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.ids import (
    BodyText,
    ChatIdField,
    HookIdField,
    HookName,
    InviteSecret,
    PersonIdField,
)
from nexync_contracts.model import Exact, Tolerant


class MakeHookBody(Exact):
    """`secret` is made by the client, 128 random bits, and is in the address alone; the server keeps its hash."""

    secret: InviteSecret
    name: HookName


class HookDone(Tolerant):
    """The webhook is there: its address is `/api/hooks/{chat}/{secret}`."""

    chat: ChatIdField
    hook: HookIdField
    seq: Annotated[int, Field(ge=1)]


class HookView(Tolerant):
    """A webhook as its chat's admins, or the two of a private chat, see it: by whom, and when in Unix milliseconds."""

    hook: HookIdField
    name: HookName
    by: PersonIdField
    made_at: Annotated[int, Field(ge=0)]


class HooksList(Tolerant):
    hooks: Annotated[tuple[HookView, ...], Field(max_length=limits.HOOKS)]


class HookMessageBody(Exact):
    """What a program sends: the text of a message, and a name in place of the webhook's own for this once."""

    text: BodyText
    name: HookName | None = None
