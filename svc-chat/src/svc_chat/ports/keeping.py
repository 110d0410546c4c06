"""Answers that are kept, and what makes them old."""

from collections.abc import Sequence
from typing import Protocol


class KeptAnswers(Protocol):
    """Answers by their keys. Nothing is raised when the store is away: nothing is kept then."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, body: bytes, seconds: int) -> None: ...

    async def get_or_lead(self, key: str) -> tuple[bytes | None, bool]:
        """The answer, or whether it falls to this one to make it; the others wait for it for a moment."""
        ...


class Revisions(Protocol):
    """Words that change with what they stand for, and never come again."""

    async def read(self, names: Sequence[str]) -> tuple[str, ...] | None:
        """The revisions; None when they can't be known."""
        ...

    async def move(self, names: Sequence[str]) -> None:
        """Change them. Raises UnmovedError."""
        ...
