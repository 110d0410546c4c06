"""The builders build what the contracts take, the same every time."""

from nexync_contracts.commands import envelope_adapter
from nexync_contracts.events import EventRecord
from nexync_contracts.ids import id_time_ms
from nexync_testing import builders


def test_ids_are_stable_and_differ_by_name() -> None:
    """So that a failing test fails the same way again."""
    assert builders.person("ann") == builders.person("ann")
    assert builders.person("ann") != builders.person("bob")
    assert builders.command_id(1) != builders.command_id(2)


def test_command_ids_carry_their_time() -> None:
    """De-duplication reads it."""
    assert id_time_ms(builders.command_id(5, at_ms=1_234_567)) == 1_234_567


def test_values_survive_the_wire() -> None:
    """JSON out, the same value in."""
    envelope = builders.envelope()
    assert envelope_adapter.validate_json(envelope.model_dump_json()) == envelope
    record = builders.record(3)
    assert EventRecord.model_validate_json(record.model_dump_json()) == record
