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

REPORTS: Final = Endpoint(
    name="reports",
    service="svc-chat",
    method="GET",
    path="/api/admin/reports",
    summary="Reports that wait, for administrators",
    answer=report_rest.ReportsPage,
    errors=(ProblemCode.FORBIDDEN,),
)
CLOSE_REPORT: Final = Endpoint(
    name="close_report",
    service="svc-chat",
    method="POST",
    path="/api/admin/reports/{report}/closing",
    summary="Take a report off the list; what was kept stays",
    status=204,
    errors=(ProblemCode.FORBIDDEN, ProblemCode.NOT_FOUND),
)

REPORT_ENDPOINTS: Final = (REPORT, REPORTS, CLOSE_REPORT)
