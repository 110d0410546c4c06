"""What one operation of the REST API is: the rows of the table in `endpoints`."""

from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import BaseModel

from nexync_contracts.errors import ProblemCode

SEQ: Final = 2**53
"""The highest integer of a query: JSON carries all up to it exactly."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter: an integer (with bounds) or a text (with a length)."""

    name: str
    kind: Literal["integer", "text"]
    minimum: int = 0
    maximum: int = SEQ
    description: str = ""
    required: bool = False


AT_LEAST: Final = Query(
    "at_least", "integer", 0, SEQ, "wait until the answer includes this seq, 6 s at most"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation. `body` and `answer` are contracts; `errors` are the problems besides the general ones.

    `open` needs no login. `bots` may be called by bots too, with their token in place of the cookie.
    `setup` may be called before the second factor is set up that the operator asks for; nothing else may.
    `idempotent_by_key` takes an `Idempotency-Key` header, which becomes the command's id.
    Path parameters in braces are UUIDs, but those in `words` are words of a-z, 0-9 and dashes. A request takes
    `cost` tokens of one's budget. The answer of one that is `revalidated` has an `ETag`: clients may keep it, and ask
    each time whether it still holds. With `lines` the answer is a stream of such contracts, one a line (JSON Lines).
    """

    name: str
    service: Literal["svc-auth", "svc-chat"]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    summary: str
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    query: tuple[Query, ...] = ()
    errors: tuple[ProblemCode, ...] = ()
    open: bool = False
    bots: bool = False
    setup: bool = False
    idempotent_by_key: bool = False
    words: tuple[str, ...] = ()
    cost: int = 1
    lines: bool = False
    revalidated: bool = False
    takes: Literal["json", "bytes"] = "json"
    gives: Literal["json", "bytes", "zip"] = "json"
    """With `bytes` the request's or the answer's body is a file's content, and no contract; a `zip` is made then."""
    tags: tuple[str, ...] = field(default=())

    @property
    def paged(self) -> bool:
        """Whether it goes on at a cursor, the text parameter `after`, which `next` of its answer is."""
        return any(query.name == "after" and query.kind == "text" for query in self.query)
