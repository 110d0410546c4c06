"""A command that comes again: its outcome stands, whether it was taken or rejected, and wherever that is kept."""

from lunch_chat import message, opened
from persister_commands import ANN, CID, envelope

from nexync_contracts.commands import AddMember


def test_a_double_gets_its_outcome_again_and_takes_no_number() -> None:
    world = opened()
    world.add(message(2), message(2), message(2, "another"), message(3, sender=CID))
    world.add(message(3, sender=CID))
    world.settle()
    assert world.bodies() == ["m2"]
    assert [(f["t"], f.get("seq"), f.get("code")) for f in world.frames(ANN)] == [
        ("accepted", 2, None),
        ("rejected", None, "id_reused"),
    ]
    assert [f["code"] for f in world.frames(CID)] == ["not_a_member", "not_a_member"]


def test_a_double_that_memory_forgot_is_found_in_postgres_by_one_query() -> None:
    world = opened()
    for number in range(2, 80):
        world.add(message(number))
        world.settle()
    world.store.queries.clear()
    world.add(*(message(number) for number in range(2, 22)))
    world.step()
    assert world.store.queries == ["find"]
    world.settle()
    assert len(world.bodies()) == 78


def test_a_rejected_command_stays_rejected_when_it_would_be_taken_by_now() -> None:
    """Its sender was told that it never becomes a message; what memory forgot is found in Postgres."""
    world = opened()
    rejected = message(2, sender=CID)
    world.add(rejected, envelope(AddMember(person=CID), 3), rejected)
    world.settle()
    assert world.bodies() == []
    for number in range(4, 80):
        world.add(message(number))
        world.settle()
    world.add(rejected, message(80, sender=CID))
    world.settle()
    assert world.bodies() == [f"m{number}" for number in range(4, 81)]
    assert [f["code"] for f in world.frames(CID) if f["t"] == "rejected"] == ["not_a_member"] * 3


def test_nothing_new_is_nothing_to_store() -> None:
    """Postgres isn't asked again for what it has."""
    world = opened()
    world.store.queries.clear()
    world.step(seconds=60.0)
    world.settle()
    assert "flush" not in world.store.queries
