"""Settings of the persister, from the environment."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from nexync_contracts import channels
from nexync_contracts.retention import Retention
from nexync_runtime.settings import KafkaSettings, Url
from svc_persister.faults import FaultName

Topic = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,200}$")]


class PersisterSettings(KafkaSettings):
    """Sizes are per partition where nothing else is said; a persister usually owns four."""

    postgres_url: Url
    redis_state_url: Url
    rabbitmq_url: Url
    """Where it is told that there are new messages to notify people of."""
    chat_topic: Topic = channels.CHAT_TOPIC
    persister_group: Topic = channels.PERSISTER_GROUP
    receipt_topic: Topic = channels.RECEIPT_TOPIC
    receipt_group: Topic = channels.RECEIPT_GROUP

    flush_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    flush_events: Annotated[int, Field(ge=1, le=100_000)] = 5_000
    unflushed_events: Annotated[int, Field(ge=1, le=200_000)] = 20_000
    """The partition is paused when so many decided records wait for Postgres; Kafka holds the rest."""
    unflushed_bytes: Annotated[int, Field(ge=65_536, le=1 << 30)] = 32 << 20
    recent_records: Annotated[int, Field(ge=1_000, le=1_000_000)] = 50_000
    """Decided commands remembered for de-duplication; must hold all that is unflushed."""
    cached_streams: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    dead_letters_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    retention: Retention = Retention.FOREVER
    """How long what was said is kept; a group may choose less. Concerns what is said from now on."""
    retention_grace_days: Annotated[int, Field(ge=1, le=400)] = 8
    """From when nobody can read a month to when it is dropped: more than a record may wait in the log."""
    retention_sweep_seconds: Annotated[float, Field(ge=1, le=86_400)] = 3_600.0
    """How often months are made ahead, hidden and dropped."""
    fault: FaultName | None = None
    """A planted fault for the tests of the guarantees; refused outside development."""

    @model_validator(mode="after")
    def _sane(self) -> "PersisterSettings":
        if self.fault is not None and self.environment != "development":
            msg = "NEXYNC_FAULT is only for NEXYNC_ENVIRONMENT=development"
            raise ValueError(msg)
        if self.recent_records <= self.unflushed_events:
            msg = "NEXYNC_RECENT_RECORDS must be larger than NEXYNC_UNFLUSHED_EVENTS"
            raise ValueError(msg)
        return self
