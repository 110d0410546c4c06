"""What sending mails needs from the outside."""

from dataclasses import dataclass
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


class Record(Protocol):
    """Remembers which jobs are done."""

    async def has(self, identity: str) -> bool:
        """Whether the job was done. Raises RedisError."""
        ...

    async def add(self, identity: str) -> None:
        """The job is done. Raises RedisError."""
        ...
