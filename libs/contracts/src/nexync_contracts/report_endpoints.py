"""The REST API about reports."""

from typing import Final

from nexync_contracts import report_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

REPORT: Final = Endpoint(
    name="report",
    service="svc-chat",
    method="POST",
    path="/api/reports",
    summary="Report a message or a person to those who run this Nexync",
    body=report_rest.ReportBody,
    answer=report_rest.ReportDone,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.TOO_MANY, ProblemCode.NOT_YET),
)

REPORT_ENDPOINTS: Final = (REPORT,)
