"""The lunch chat, for tests of the engine: opened, and messages to it."""

from persister_commands import ANN, envelope, lunch
from persister_world import World

from nexync_contracts.commands import CommandEnvelope, CreateMessage
from svc_persister.engine import Limits


def message(number: int, body: str | None = None, sender: str = ANN) -> CommandEnvelope:
    return envelope(CreateMessage(body=body or f"m{number}"), number).model_copy(
        update={"sender": sender}
    )


def opened(**limits: float) -> World:
    """A world whose lunch chat exists and is stored."""
    world = World(Limits(recent_records=50, unflushed_events=20, **limits))  # pyright: ignore[reportArgumentType] - numbers by name
    world.add(envelope(lunch(), 1))
    world.settle()
    return world
