"""Identifiers and the time at which every world begins."""

import uuid

START_MS = 1_800_000_000_000


def uuid7(time_ms: int) -> str:
    """A UUIDv7 of that time."""
    tail = uuid.uuid4().hex
    head = f"{time_ms:012x}"
    return str(uuid.UUID(f"{head}7{tail[13:16]}{tail[16:]}"[:32]))


def some_id() -> str:
    return str(uuid.uuid4())
