"""Identifiers and bounded strings. Ids are lower-case canonical UUID text on every wire."""

import re
from typing import Annotated, Final, NewType

from pydantic import AfterValidator, Field, StringConstraints

from nexync_contracts import limits

_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID7: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

PersonId = NewType("PersonId", str)
ChatId = NewType("ChatId", str)
SessionId = NewType("SessionId", str)
CommandId = NewType("CommandId", str)
ClientId = NewType("ClientId", str)
JobId = NewType("JobId", str)
InviteId = NewType("InviteId", str)
HookId = NewType("HookId", str)
ScheduledId = NewType("ScheduledId", str)
IdentityId = NewType("IdentityId", str)
PasskeyId = NewType("PasskeyId", str)
ReportId = NewType("ReportId", str)
AttachmentId = NewType("AttachmentId", str)
Stream = NewType("Stream", str)

PersonIdField = Annotated[PersonId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
ChatIdField = Annotated[ChatId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
SessionIdField = Annotated[SessionId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
CommandIdField = Annotated[CommandId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
ClientIdField = Annotated[ClientId, StringConstraints(pattern=f"^{_UUID7}$", max_length=36)]
"""A client-made id: UUIDv7 (RFC 9562 5.7), whose first 48 bits are Unix milliseconds on the server's clock."""
JobIdField = Annotated[JobId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
ScheduledIdField = Annotated[ScheduledId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
HookIdField = Annotated[HookId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
InviteIdField = Annotated[InviteId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
IdentityIdField = Annotated[IdentityId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
ReportIdField = Annotated[ReportId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
PasskeyIdField = Annotated[PasskeyId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
AttachmentIdField = Annotated[AttachmentId, StringConstraints(pattern=f"^{_UUID}$", max_length=36)]
StreamField = Annotated[Stream, StringConstraints(pattern=f"^[cp]:{_UUID}$", max_length=38)]

_STREAM: Final = re.compile(f"^([cp]):({_UUID})$")


def chat_stream(chat: ChatId) -> Stream:
    """The stream of a chat, `c:<uuid>`."""
    return Stream(f"c:{chat}")


def person_stream(person: PersonId) -> Stream:
    """The stream of a person, `p:<uuid>`."""
    return Stream(f"p:{person}")


def is_chat_stream(stream: Stream) -> bool:
    """Whether the stream is a chat's (otherwise a person's)."""
    return stream.startswith("c:")


def stream_id(stream: Stream) -> str:
    """The UUID text behind the stream's prefix. Raises ValueError on anything else."""
    match = _STREAM.match(stream)
    if match is None:
        msg = f"not a stream: {stream!r}"
        raise ValueError(msg)
    return match.group(2)


def id_time_ms(identifier: str) -> int | None:
    """Unix milliseconds inside a UUIDv7, or None for another version (derived ids are UUIDv5)."""
    return int(identifier[:8] + identifier[9:13], 16) if identifier[14] == "7" else None


def _body(text: str) -> str:
    if "\x00" in text:
        msg = "the text contains U+0000, which is not allowed"
        raise ValueError(msg)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.MESSAGE_BODY_BYTES:
        msg = f"the text has {size} bytes, the limit is {limits.MESSAGE_BODY_BYTES}"
        raise ValueError(msg)
    return text


BodyText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.MESSAGE_BODY_BYTES),
    AfterValidator(_body),
    Field(json_schema_extra={"x-max-bytes": limits.MESSAGE_BODY_BYTES}),
]
"""A message's text: 1 to 8,192 bytes of UTF-8, any character but U+0000."""


EventText = Annotated[
    str,
    StringConstraints(max_length=limits.MESSAGE_BODY_BYTES),
    AfterValidator(_body),
    Field(json_schema_extra={"x-max-bytes": limits.MESSAGE_BODY_BYTES}),
]
"""A message's text in an event or on a page: as it was sent, or empty after the message was deleted."""

_EMOJI: Final = re.compile(
    "(?:[0-9#*]\ufe0f?\u20e3|[\u00a9\u00ae\u200d\ufe0f\u203c-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f]+)"
)


def _emoji(text: str) -> str:
    if len(text.encode("utf-8", "surrogatepass")) > limits.EMOJI_BYTES:
        msg = f"an emoji has at most {limits.EMOJI_BYTES} bytes"
        raise ValueError(msg)
    if _EMOJI.fullmatch(text) is None:
        msg = "this is not an emoji"
        raise ValueError(msg)
    return text


Emoji = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.EMOJI_BYTES),
    AfterValidator(_emoji),
    Field(examples=["👍🏽"], json_schema_extra={"x-max-bytes": limits.EMOJI_BYTES}),
]
"""One emoji, however it is joined: characters of the emoji blocks only, so no text gets in as one."""


def no_control(text: str) -> str:
    """The text, if it has no control characters. Raises ValueError."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        msg = "control characters are not allowed"
        raise ValueError(msg)
    return text


ChatName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.CHAT_NAME_CHARS, strip_whitespace=True),
    AfterValidator(no_control),
]
Tagline = Annotated[
    str,
    StringConstraints(max_length=limits.TAGLINE_CHARS, strip_whitespace=True),
    AfterValidator(no_control),
]
"""What a group is about, in one line; empty: it says nothing."""
PasskeyName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.PASSKEY_NAME_CHARS, strip_whitespace=True),
    AfterValidator(no_control),
]
HookName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=limits.HOOK_NAME_CHARS, strip_whitespace=True),
    AfterValidator(no_control),
]
"""What a webhook calls itself where its messages show."""
InviteDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)]
"""SHA-256 of an invite link's secret, hexadecimal; the secret itself is in the link alone."""
InviteSecret = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$", max_length=32)]
Username = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$",
        min_length=limits.USERNAME_CHARS[0],
        max_length=limits.USERNAME_CHARS[1],
    ),
]
DELETED_PREFIX: Final = "deleted-"
"""How the usernames begin that stand for accounts that were erased; nobody may choose such a name."""
DELETED_NAME: Final = "Deleted account"
"""The name of everybody whose account was erased."""


def is_deleted(username: str) -> bool:
    """Whether the username stands for an account that was erased."""
    return username.startswith(DELETED_PREFIX)


Password = Annotated[
    str,
    StringConstraints(min_length=limits.PASSWORD_CHARS[0], max_length=limits.PASSWORD_CHARS[1]),
]
Email = Annotated[str, StringConstraints(min_length=3, max_length=limits.EMAIL_CHARS)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$", min_length=6, max_length=6)]
Search = Annotated[
    str,
    StringConstraints(min_length=limits.SEARCH_CHARS[0], max_length=limits.SEARCH_CHARS[1]),
]
