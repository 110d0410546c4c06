"""A request's body, path, query and key by what its endpoint says; what is wrong is a problem that names it."""

import re
import uuid
from typing import Final

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import Issue, ProblemCode, issues_of
from nexync_runtime.problems import ProblemError

BODY_BYTES: Final = 65_536
"""A request body over this is refused with 413 before it is read whole."""

_WORD: Final = re.compile(r"[a-z0-9-]{1,32}")


def invalid(issues: tuple[Issue, ...]) -> ProblemError:
    """The 422 that names the first issue in its detail and holds them all."""
    first = issues[0]
    where = ".".join(str(part) for part in first.path)
    return ProblemError(
        422,
        ProblemCode.VALIDATION,
        "The request is not valid",
        detail=f"{where}: {first.message}",
        issues=issues,
    )


async def read_body(request: Request, endpoint: Endpoint) -> BaseModel | None:
    """The body by its contract. Raises ProblemError 413, 422."""
    if endpoint.body is None:
        return None
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > BODY_BYTES:
            raise ProblemError(
                413,
                ProblemCode.TOO_LARGE,
                "The request body is too large",
                detail=f"the limit is {BODY_BYTES} bytes",
            )
    try:
        return endpoint.body.model_validate_json(bytes(data))
    except ValidationError as error:
        raise invalid(issues_of(error, ("body",))) from None


def read_path(request: Request, endpoint: Endpoint) -> dict[str, str]:
    """The parameters in the path, UUIDs in canonical text. Raises ProblemError 422."""
    found: dict[str, str] = {}
    for name, value in request.path_params.items():
        where = ("path", name)
        found[name] = _word(value, where) if name in endpoint.words else _uuid(value, where)
    return found


def _word(text: str, path: tuple[str | int, ...]) -> str:
    if _WORD.fullmatch(text) is None:
        message = "must be a word of 1 to 32 characters of a-z, 0-9 and dashes"
        raise invalid((Issue(path=path, code="word", message=message),))
    return text


def _uuid(text: str, path: tuple[str | int, ...]) -> str:
    try:
        canonical = str(uuid.UUID(text))
    except ValueError:
        canonical = ""
    if canonical != text.lower():
        raise invalid((Issue(path=path, code="uuid", message="must be a UUID"),))
    return canonical


def read_key(request: Request) -> str | None:
    """The Idempotency-Key. Raises ProblemError 422."""
    value = request.headers.get("idempotency-key")
    return None if value is None else _uuid(value, ("header", "Idempotency-Key"))


def read_query(request: Request, wanted: tuple[Query, ...]) -> dict[str, int | str | None]:
    """The query's parameters, None for those that are absent. Raises ProblemError 422."""
    found: dict[str, int | str | None] = {}
    for query in wanted:
        raw = request.query_params.get(query.name)
        path = ("query", query.name)
        if raw is None and query.required:
            raise invalid((Issue(path=path, code="missing", message="is required"),))
        if raw is None:
            found[query.name] = None
        elif query.kind == "text":
            if "\x00" in raw:
                message = "may not have the character U+0000"
                raise invalid((Issue(path=path, code="invalid", message=message),))
            if not query.minimum <= len(raw) <= query.maximum:
                message = f"must have {query.minimum} to {query.maximum} characters"
                raise invalid((Issue(path=path, code="length", message=message),))
            found[query.name] = raw
        else:
            if not (raw.isascii() and raw.isdigit() and len(raw) <= 16):
                raise invalid((Issue(path=path, code="integer", message="must be an integer"),))
            number = int(raw)
            if not query.minimum <= number <= query.maximum:
                message = f"must be {query.minimum} to {query.maximum}"
                raise invalid((Issue(path=path, code="range", message=message),))
            found[query.name] = number
    return found
