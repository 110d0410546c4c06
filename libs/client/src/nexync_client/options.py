"""How a client behaves: bounds, patience, and what it asks for."""

from dataclasses import dataclass, field

from nexync_client.backoff import Backoff
from nexync_contracts.ids import Stream


@dataclass(frozen=True, slots=True)
class Options:
    """How a client behaves.

    `check_seconds` is its own check of heads (0: none), `repair` whether it asks for what it lacks. A socket that said
    nothing for `silence_seconds` is given up (0: never). `history` reads what a `reset` left out; without it a client
    goes on from now. `only` names the chats that it keeps. The last `keep` pieces of each stream and the last
    `remember` settled commands stay at hand (None: all). `trust_acks` and `room` are the outbox's.
    """

    repair: bool = True
    check_seconds: float = 15.0
    silence_seconds: float = 45.0
    history: bool = False
    only: frozenset[Stream] | None = None
    keep: int | None = 0
    remember: int | None = 1_000
    room: int = 1_000
    trust_acks: bool = False
    backoff: Backoff = field(default_factory=Backoff)
