"""Which sends of one socket may pass: none before one that came earlier and was told to come again. Pure."""

from typing import Final

from nexync_contracts import limits

PATIENCE_SECONDS: Final = 30.0
"""How long later sends come and are refused before the socket is closed for the one that doesn't come again."""

MOST_REFUSED: Final = 2 * limits.UNACKNOWLEDGED_SENDS
"""Sends of one socket that are told to come again and have not; a client that keeps to its limit has half of them."""


class Order:
    """The places of the sends that were refused, by id.

    An id keeps the place in which it came first, however often it comes. No time lets a later one pass: the log would
    have it first for good. Instead the socket is given up (`stuck`), since a client sends all that it has again, in its
    order, on a new one.
    """

    __slots__ = ("_places", "_since", "turn")

    def __init__(self) -> None:
        self.turn = 0
        """How many sends have come: the place of the newest."""
        self._places: dict[str, int] | None = None
        self._since: float | None = None

    def place(self, identifier: str, turn: int) -> int:
        """The place of a send that came as the `turn`th."""
        places = self._places
        return turn if places is None else min(turn, places.get(identifier, turn))

    def may_pass(self, identifier: str, turn: int) -> bool:
        """Whether nothing that came before this send has to come again first."""
        places = self._places
        return places is None or self.place(identifier, turn) <= min(places.values())

    def refused(self, identifier: str, turn: int) -> None:
        """The send was told to come again; later ones wait for it."""
        place = self.place(identifier, turn)
        places = self._places
        if places is None:
            places = self._places = {}
        if not places or place <= min(places.values()):
            self._since = None
        places[identifier] = place

    def settled(self, identifier: str) -> None:
        """Nothing waits for this send any more: it was taken or rejected."""
        places = self._places
        if places is not None and places.pop(identifier, None) is not None:
            self._since = None
            if not places:
                self._places = None

    def stuck(self, now: float) -> bool:
        """For a send that may not pass: whether the one before it should no longer be waited for, or too many wait."""
        if self._places is None:
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= PATIENCE_SECONDS or len(self._places) >= MOST_REFUSED
