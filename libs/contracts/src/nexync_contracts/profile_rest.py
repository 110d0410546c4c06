"""Bodies about what people say of themselves, and what they allow others."""

import unicodedata
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.ids import AttachmentIdField, ChatIdField, PersonIdField, Username
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.rest import PersonView

_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates (UAX #9): they would turn around what is written beside a name."""

_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by their category that show nothing."""


def _refuse_hidden(text: str, allowed: str = "") -> str:
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Cs", "Zl", "Zp"} and character not in allowed:
            msg = "control characters and line breaks are not allowed"
            raise ValueError(msg)
        if character in _BIDI:
            msg = "characters that change the direction of the text are not allowed"
            raise ValueError(msg)
    return text


def _display_name(text: str) -> str:
    _refuse_hidden(text)
    shown = (one not in _BLANKS and unicodedata.category(one)[0] in "LNPS" for one in text)
    if text and not any(shown):
        msg = "a name needs at least one character that can be seen"
        raise ValueError(msg)
    return text


def _bio(text: str) -> str:
    return _refuse_hidden(text, "\n")


PlainText = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_bio)]
"""Text of several lines, without characters that hide or turn it around."""

DisplayName = Annotated[
    str,
    StringConstraints(max_length=limits.DISPLAY_NAME_CHARS, strip_whitespace=True),
    AfterValidator(_display_name),
]
"""How somebody is called, in any script; empty: by the username."""
Bio = Annotated[
    str,
    StringConstraints(max_length=limits.BIO_CHARS, strip_whitespace=True),
    AfterValidator(_bio),
]
"""What somebody says of themselves: plain text, lines allowed."""


class Audience(StrEnum):
    """To whom something is open."""

    EVERYONE = "everyone"
    SECOND_DEGREE = "second_degree"
    """Those with whom there is a connection in common."""
    NOBODY = "nobody"


class PresenceAudience(StrEnum):
    """Who may know whether somebody is here."""

    CONNECTIONS = "connections"
    NOBODY = "nobody"


class ReceiptAudience(StrEnum):
    """Who may know how far somebody has read."""

    EVERYONE = "everyone"
    """Everybody in the same chat."""
    NOBODY = "nobody"


class OwnProfile(Tolerant):
    """What one says of oneself. `name` is the username as long as no other one was given."""

    person: PersonIdField
    username: Username
    name: str
    bio: str = ""
    picture: AttachmentIdField | None = None


class ProfileBody(Exact):
    """What changes; a field that is left out or null stays. An empty name gives the username back."""

    name: DisplayName | None = None
    bio: Bio | None = None


class PrivacyView(Tolerant):
    """What one allows others. A connection, or a request that waits, is stronger than `findable` and `askable`.

    `presence` and `receipts` are mutual: who tells nobody is told of nobody. `receipts` is how far one has got and
    read the chats that one is in.
    """

    findable: Audience = Audience.EVERYONE
    askable: Audience = Audience.EVERYONE
    presence: PresenceAudience = PresenceAudience.CONNECTIONS
    receipts: ReceiptAudience = ReceiptAudience.EVERYONE


class PrivacyBody(Exact):
    """What changes; a field that is left out or null stays."""

    findable: Audience | None = None
    askable: Audience | None = None
    presence: PresenceAudience | None = None
    receipts: ReceiptAudience | None = None


class CommonGroup(Tolerant):
    """A group that both people are in."""

    chat: ChatIdField
    name: str


class ProfileView(Tolerant):
    """A person's page. `person.mutual` counts the connections in common.

    `acquaintances` are the first of those by username, `groups` the first groups in common by name of
    `group_count`. Who was blocked by this person is told the name and the groups only.
    """

    person: PersonView
    bio: str = ""
    connections: Annotated[int, Field(ge=0)] = 0
    acquaintances: Annotated[tuple[PersonView, ...], Field(max_length=limits.PROFILE_PEOPLE)] = ()
    groups: Annotated[tuple[CommonGroup, ...], Field(max_length=limits.PROFILE_GROUPS)] = ()
    group_count: Annotated[int, Field(ge=0)] = 0
