"""Errors that become `application/problem+json` (RFC 9457)."""

import math
from typing import Final

from pydantic_core import to_json
from starlette.responses import Response

from nexync_contracts.errors import Issue, Problem, ProblemCode, RejectCode

SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of every answer; what a route says itself counts more."""


class ProblemError(Exception):
    """An error that becomes `application/problem+json`."""

    def __init__(
        self,
        status: int,
        code: ProblemCode,
        title: str,
        *,
        detail: str | None = None,
        reject: RejectCode | None = None,
        retry_after: float | None = None,
        issues: tuple[Issue, ...] = (),
    ) -> None:
        super().__init__(title)
        self.problem = Problem(
            title=title,
            status=status,
            detail=detail,
            code=code,
            reject=reject,
            retry_after=retry_after,
            issues=issues,
        )


def problem_response(problem: Problem) -> Response:
    """A problem as `application/problem+json`, with `Retry-After` where it has one."""
    headers: dict[str, str] = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after)))
    return Response(
        to_json(problem, exclude_none=True),
        status_code=problem.status,
        headers=headers,
        media_type="application/problem+json",
    )
