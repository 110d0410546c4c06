"""Settings of svc-chat, from the environment."""

from typing import Annotated, Literal

from pydantic import Field, FilePath, Json, StringConstraints

from nexync_contracts import channels
from nexync_contracts.push_rest import WebPush
from nexync_runtime.settings import KafkaSettings, Port, RestSettings, Url


class ChatSettings(RestSettings, KafkaSettings):
    """`public_origins` are separated by commas."""

    port: Port
    internal_port: Port
    postgres_url: Url
    redis_state_url: Url
    redis_cache_url: Url
    """The Redis for what may be lost: answers that are kept for a while."""
    cursor_key_file: FilePath
    """Keys that sign the cursors of lists, one a line, 32 bytes as base64; the first signs, all are believed."""
    chat_topic: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,200}$")] = (
        channels.CHAT_TOPIC
    )
    receipt_topic: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,200}$")] = (
        channels.RECEIPT_TOPIC
    )
    public_origins: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    auth_internal_url: Url
    chat_partitions: Annotated[int, Field(ge=1, le=10_000)] = channels.CHAT_PARTITIONS
    """Partitions that new chats are spread over until a persister has taken any."""
    rename_chats: Literal["off", "on"] = "off"
    """Whether groups may get another name. Switched on only after every reader is of a release that reads it."""
    objects_url: Url
    """Where files are kept: `file:///folder`, or `s3://bucket/prefix`; `memory://` forgets them."""
    objects_s3_endpoint: Url | None = None
    """The address of an S3 that isn't Amazon's; with http:// it is spoken to without TLS."""
    objects_s3_region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")] = "us-east-1"
    objects_s3_key: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    objects_s3_secret: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = (
        Field(default=None, repr=False)
    )
    file_quota_mib: Annotated[int, Field(ge=1, le=1_000_000)] = 2_048
    """What the files of one person may take, MiB."""
    image_processes: Annotated[int, Field(ge=1, le=16)] = 1
    """Images that are made anew at the same time; each may take 1 GiB of memory for a moment."""
    postgres_connections: Annotated[int, Field(ge=2, le=100)] = 10
    push_web: Json[WebPush] | None = None
    """How browsers register with Firebase, JSON; without it pages don't offer push notifications."""

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of pages that may change things."""
        return tuple(part.strip() for part in self.public_origins.split(",") if part.strip())
