"""The REST endpoints for administrators who look into reports."""

from collections.abc import Mapping

from pydantic import BaseModel

from nexync_contracts import report_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ReportId
from nexync_runtime.http import Call, Handler
from svc_chat.looking import Looking


def report_handlers(looking: Looking) -> Mapping[Endpoint, Handler]:
    """The handlers."""

    async def waiting(call: Call) -> BaseModel:
        return await looking.waiting(call.claims.sub)

    async def close(call: Call) -> None:
        client = call.request.client
        address = "unknown" if client is None else client.host
        await looking.close(call.claims.sub, ReportId(call.path["report"]), address)

    return {report_endpoints.REPORTS: waiting, report_endpoints.CLOSE_REPORT: close}
