"""The public endpoints about the whole of a chat, and about all that is one's own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from nexync_contracts import export_endpoints as endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.export_rest import DayView
from nexync_contracts.ids import ChatId
from nexync_contracts.limits import EXPORT_SECONDS
from nexync_runtime import log
from nexync_runtime.http import Call
from svc_chat.exporting import Exporting
from svc_chat.own_data import OwnData
from svc_chat.timeline import Timelines

_log: Final = log.get("export")


def _headers(name: str) -> dict[str, str]:
    """The edge passes on what comes as it comes, so that a slow reader slows the export and not a buffer."""
    return {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Accel-Buffering": "no",
    }


class Lines(StreamingResponse):
    """A stream that ends after its time: what isn't through by then is cut off, which a client can tell."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; the reader's pace is ours."""
        try:
            async with asyncio.timeout(EXPORT_SECONDS):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            _log.warning("an export took too long and was cut off")


def export_handlers(
    exporting: Exporting, timelines: Timelines, own_data: OwnData
) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel | Response]]]:
    """A handler for each of them; refusals are exceptions of the use cases."""

    async def day(call: Call) -> BaseModel:
        since = call.integer("since") or 0
        chat = ChatId(call.path["chat"])
        return DayView(chat=chat, seq=await timelines.first_since(chat, call.claims.sub, since))

    async def export(call: Call) -> Response:
        lines = await exporting.of(ChatId(call.path["chat"]), call.claims.sub)
        return Lines(lines, media_type="application/x-ndjson", headers=_headers("chat.jsonl"))

    async def export_own_data(call: Call) -> Response:
        pieces = await own_data.of(call.claims.sub, call.claims.sid)
        return Lines(pieces, media_type="application/zip", headers=_headers("nexync-my-data.zip"))

    return {
        endpoints.DAY: day,
        endpoints.EXPORT: export,
        endpoints.EXPORT_OWN_DATA: export_own_data,
    }
