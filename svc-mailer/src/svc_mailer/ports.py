"""What sending mails needs from the outside."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `identity` becomes its Message-ID, so that doubles can be recognised."""

    identity: str
    to: str
    subject: str
    text: str
    html: str


class Post(Protocol):
    """Where mails go."""

    async def send(self, mail: Mail) -> None:
        """Returns when the server took the mail. Raises MailError."""
        ...


class Standing(Enum):
    """How far a job is."""

    OURS = "ours"
    """Nobody has done it, and nobody else works on it until we let go."""
    TAKEN = "taken"
    """Somebody works on it: another mailer, or we by an older delivery."""
    DONE = "done"


class Record(Protocol):
    """Remembers which jobs are done, and lets nobody work on one that is worked on."""

    def claimed(self, identity: str) -> AbstractAsyncContextManager[Standing]:
        """The job is ours for the block, if it is to be had; a process that dies lets go. Raises RecordError."""
        ...

    async def add(self, identity: str) -> None:
        """The job is done. Raises RecordError."""
        ...
