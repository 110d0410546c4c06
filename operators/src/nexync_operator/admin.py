"""The admin port over aiohttp: `/livez`, `/readyz`, `/metrics`, as in every service.

Alive: the loop comes round. Ready: it comes round, and Kubernetes has listed our resources within the last
three resyncs. Kubernetes being away makes the operator not ready, not dead: a restart would not help.
"""

import json
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from nexync_operator.lanes import Lanes

STUCK_SECONDS: Final = 30.0


class Admin:
    """The running admin server."""

    def __init__(self, lanes: Lanes, *, stale_seconds: float) -> None:
        self._lanes = lanes
        self._stale = stale_seconds
        app = web.Application()
        app.add_routes(
            [
                web.get("/livez", self._livez),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)

    async def start(self, host: str, port: int) -> None:
        """Open the port."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Close the port."""
        await self._runner.cleanup()

    async def _livez(self, _: web.Request) -> web.Response:
        age = self._lanes.beat_age
        alive = age < STUCK_SECONDS
        return web.Response(
            status=200 if alive else 503,
            text="ok\n" if alive else f"the loop has not come round for {age:.0f} s\n",
        )

    async def _readyz(self, _: web.Request) -> web.Response:
        age = self._lanes.sync_age
        reasons: dict[str, str] = {}
        if age is None or age > self._stale:
            since = "never" if age is None else f"{age:.0f} s ago"
            reasons["kubernetes"] = f"last listed {since}: {self._lanes.problem or 'no answer'}"
        return web.Response(
            status=503 if reasons else 200,
            text=json.dumps({"ready": not reasons, "reasons": reasons}) + "\n",
            content_type="application/json",
        )

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
