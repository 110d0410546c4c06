"""Names of topics, queues, Redis channels and keys, and the small header of a published event."""

import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from nexync_contracts.ids import ChatId, PersonId, SessionId, Stream

CHAT_TOPIC: Final = "chat-topic"
CHAT_DLQ_TOPIC: Final = "chat-topic.dlq"
PERSISTER_GROUP: Final = "svc-persister"
CHAT_PARTITIONS: Final = 8
RECEIPT_TOPIC: Final = "receipt-topic"
RECEIPT_GROUP: Final = "svc-persister-receipts"
RECEIPT_PARTITIONS: Final = 8
RECEIPT_BATCH: Final = 200
"""Marks in one record of `receipt-topic`."""

JOBS_EXCHANGE: Final = "nexync.jobs"
VERIFICATION_QUEUE: Final = "verification-code"
RESET_QUEUE: Final = "reset-password"
WELCOME_QUEUE: Final = "welcome"
FACTOR_QUEUE: Final = "second-factor"
EMAIL_QUEUE: Final = "email-change"
AUTO_PASSWORD_QUEUE: Final = "auto-generated-password"
MAIL_QUEUES: Final = (
    VERIFICATION_QUEUE,
    RESET_QUEUE,
    WELCOME_QUEUE,
    FACTOR_QUEUE,
    EMAIL_QUEUE,
    AUTO_PASSWORD_QUEUE,
)
PUSH_QUEUE: Final = "push-notification"
WORK_QUEUES: Final = (*MAIL_QUEUES, PUSH_QUEUE)
"""All queues of jobs; one consumer each."""

ACCESS_COOKIE: Final = "nexync_access"
REFRESH_COOKIE: Final = "nexync_refresh"
CHALLENGE_COOKIE: Final = "nexync_challenge"
"""Between the right password and the code of the second factor; opens nothing by itself."""
PROVIDER_COOKIE: Final = "nexync_provider"
"""From leaving for a provider to coming back: what that log-in began with, signed."""
BOT_TOKEN_PREFIX: Final = "nxb_"
"""How every bot's token begins, so that it is known for what it is wherever it turns up."""
TOKEN_AUDIENCE: Final = "nexync"
TOKEN_ISSUER: Final = "nexync-auth"

SEEN_EVERY_SECONDS: Final = 25
"""How often a gateway says that somebody is here."""

ONLINE_SECONDS: Final = 45
"""Said within this time, somebody is online: one beat, and some delay of it."""

SEEN_SECONDS: Final = 30 * 24 * 3600
"""How long it is remembered that somebody was here."""

KIND_EVENT: Final = "e"
KIND_MEMBERSHIP: Final = "m"
KIND_OUTCOME: Final = "o"
KIND_CONTROL: Final = "x"
KIND_TYPING: Final = "t"
"""A `typist` frame on a chat's channel; it belongs to no place in the log, so epoch and seq are 0."""
KIND_RECEIPTS: Final = "r"
"""A `ReceiptsNotice` on a chat's channel; outside of the log, so epoch and seq are 0."""
KIND_OWN: Final = "p"
"""A frame on a person's channel for all of that person's sockets; outside of the log too, so epoch and seq are 0."""


def cookie_name(name: str, origins: Sequence[str]) -> str:
    """The name under which a cookie goes: with `__Host-` where TLS is, that is, where all public origins are https.

    A browser takes such a cookie from this very host over TLS alone, so no neighbouring host can plant one
    (RFC 6265bis, 4.1.3.2). Where any origin has no TLS, the prefix would keep the cookie from being stored.
    """
    secure = bool(origins) and all(origin.startswith("https://") for origin in origins)
    return f"__Host-{name}" if secure else name


def stream_channel(stream: Stream) -> str:
    """Redis Pub/Sub channel of a stream's events (and, for a person's stream, of outcomes and controls)."""
    return f"s:{stream}"


def reply_channel(reply_to: str) -> str:
    """Redis Pub/Sub channel on which one instance waits for outcomes."""
    return f"r:{reply_to}"


def window_key(stream: Stream) -> str:
    """Redis list of the stream's recent event frames, dense by seq."""
    return f"win:{stream}"


def head_key(stream: Stream) -> str:
    """Redis string `<log epoch>:<seq>:<n>` of a stream that was active within the hour."""
    return f"head:{stream}"


def receipt_partition(chat: ChatId) -> int:
    """Where the chat's records of `receipt-topic` go.

    Marks are merged by the larger, in any order: a topic with more partitions than this does no harm.
    """
    return zlib.crc32(chat.encode()) % RECEIPT_PARTITIONS


def marker_key(partition: int) -> str:
    """Redis hash {run, epoch, flushed}: its partition's windows are complete while it exists."""
    return f"part:{partition}"


def ended_session_key(session: SessionId) -> str:
    """Redis string that exists while an access token of an ended session could still be valid."""
    return f"ended:{session}"


def seen_key(person: PersonId) -> str:
    """Redis string: Unix seconds at which a gateway had a socket of that person last. Kept for SEEN_SECONDS."""
    return f"seen:{person}"


def budget_key(name: str, subject: str) -> str:
    """Redis string: Unix seconds at which this bucket of tokens is full again; gone once it is."""
    return f"budget:{name}:{subject}"


def revision_key(name: str) -> str:
    """Redis string: a random word that changes whenever what `name` stands for has changed."""
    return f"rev:{name}"


class Published(NamedTuple):
    """The header and the body of one Pub/Sub payload on a stream's channel."""

    kind: str
    epoch: int
    seq: int
    frame: bytes


def encode_published(kind: str, epoch: int, seq: int, frame: bytes) -> bytes:
    """A header line `<kind> <epoch> <seq>`, then the frame, which gateways parse only when kind is `m`."""
    return b"%b %d %d\n%b" % (kind.encode(), epoch, seq, frame)


def decode_published(payload: bytes) -> Published:
    """The inverse of `encode_published`. Raises ValueError on anything else."""
    header, separator, frame = payload.partition(b"\n")
    if not separator:
        msg = "published payload without a header"
        raise ValueError(msg)
    kind, epoch, seq = header.split(b" ")
    return Published(kind.decode(), int(epoch), int(seq), frame)
