"""The two bases of all contracts: what must match exactly, and what may come from a newer release."""

from pydantic import BaseModel, ConfigDict


class Exact(BaseModel):
    """Strict, frozen, unknown fields refused: what a client sends us, and what one release both writes and reads."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        json_schema_serialization_defaults_required=True,
    )


class Tolerant(BaseModel):
    """Strict and frozen, but unknown fields are ignored: what an older release may read from a newer one.

    Records of the log, job bodies and frames to clients outlive the release that wrote them, so a reader
    must survive a field that it doesn't know yet (ADR 0008).
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        json_schema_serialization_defaults_required=True,
    )
