"""The gateway's settings; the only reader of its environment."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from nexync_contracts.channels import CHAT_TOPIC, RECEIPT_TOPIC
from nexync_runtime.settings import KafkaSettings, Port, Url

Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]

FAULTS = frozenset({"ack_before_delivery", "repair_off"})


class GatewaySettings(KafkaSettings):
    """What svc-gateway reads beside the general settings."""

    port: Port
    redis_state_url: Url
    chat_topic: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,200}$")] = CHAT_TOPIC
    receipt_topic: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,200}$")] = (
        RECEIPT_TOPIC
    )
    public_origins: Text
    """Origins of pages that may open a socket, with commas between."""

    auth_internal_url: Url
    chat_internal_url: Url
    drain_spread_seconds: Annotated[float, Field(ge=0, le=600)] = 5.0
    """Over how long the `drain` frames of a shutdown are spread."""

    edge_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """Where the edges that sockets come through listen; one that stops has its sockets led away. 0 asks none."""

    max_connections: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000
    """Sockets of this process; the next handshake is answered with 503."""

    max_age_seconds: Annotated[float, Field(ge=0)] = 0.0
    """After how long a socket has to make way for a new one, give or take a tenth; 0 for never."""

    frames_per_second: Annotated[float, Field(gt=0, le=1_000_000)] = 100.0
    """Frames that a socket may send each second in the long run; a person has three times that on this gateway."""
    frames_burst: Annotated[int, Field(ge=10, le=1_000_000)] = 500
    """Frames that a socket may send at once."""

    fault: Annotated[str, StringConstraints(max_length=100)] = ""
    """Planted faults for tests, with commas between; refused in production."""

    @property
    def origins(self) -> tuple[str, ...]:
        """The allowed origins."""
        return tuple(part.strip() for part in self.public_origins.split(",") if part.strip())

    @property
    def faults(self) -> frozenset[str]:
        """The planted faults."""
        return frozenset(part.strip() for part in self.fault.split(",") if part.strip())

    @model_validator(mode="after")
    def _faults_are_for_development(self) -> "GatewaySettings":
        if self.faults and self.environment != "development":
            raise ValueError("NEXYNC_FAULT is for development only")
        if unknown := self.faults - FAULTS:
            raise ValueError(f"NEXYNC_FAULT: unknown {sorted(unknown)}")
        return self
