"""From the bytes of a record to a command: readable, poison, or of a newer release."""

import json
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from pydantic import ValidationError

from nexync_contracts.commands import (
    ENVELOPE_VERSION,
    Command,
    CommandEnvelope,
    envelope_adapter,
)
from nexync_contracts.ids import is_chat_stream
from svc_persister.errors import UnknownTagError
from svc_persister.ports import LogRecord

REASON_CHARS = 200


@dataclass(frozen=True, slots=True)
class Readable:
    """A command, ready to be decided."""

    record: LogRecord
    envelope: CommandEnvelope


@dataclass(frozen=True, slots=True)
class Poison:
    """What no version can read, and why."""

    record: LogRecord
    reason: str


def read(record: LogRecord) -> Readable | Poison:
    """Parse one record. Raises UnknownTagError for what a newer release wrote."""
    if record.value is None:
        return Poison(record, "the record has no value")
    try:
        return Readable(record, envelope_adapter.validate_json(record.value))
    except ValidationError as error:
        _refuse_newer(record, record.value)
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return Poison(record, f"{where or 'value'}: {first['msg']}"[:REASON_CHARS])


def _refuse_newer(record: LogRecord, value: bytes) -> None:
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError):
        return
    if not isinstance(parsed, dict):
        return
    envelope = cast("dict[str, Any]", parsed)
    version, command = envelope.get("v", ENVELOPE_VERSION), envelope.get("command")
    place = f"partition {record.partition} offset {record.offset}"
    if type(version) is int and version > ENVELOPE_VERSION:
        msg = (
            f"{place}: envelope version {version} is of a newer release; roll out the readers first"
        )
        raise UnknownTagError(msg)
    if not isinstance(command, dict):
        return
    tag = cast("dict[str, Any]", command).get("tag")
    try:
        envelope_adapter.validate_python(_with_known_command(envelope))
    except ValidationError:
        return
    if isinstance(tag, str) and tag not in _TAGS:
        msg = f"{place}: command {tag[:60]!r} is of a newer release; roll out the readers first"
        raise UnknownTagError(msg)


_TAGS: Final = frozenset(
    kind.model_fields["tag"].default for kind in get_args(get_args(Command)[0])
)


def _with_known_command(envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "command": {"tag": "message.create", "body": "x"}}


def answers_sender(envelope: CommandEnvelope) -> bool:
    """Whether the sender waits for the outcome: what services send to a person's stream has no asker."""
    return is_chat_stream(envelope.stream)
