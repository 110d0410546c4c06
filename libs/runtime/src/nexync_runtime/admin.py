"""The admin port: `/livez`, `/readyz`, `/metrics`. Plain HTTP on asyncio streams' level, through uvicorn."""

import asyncio
import json
from typing import TYPE_CHECKING, Protocol

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nexync_runtime.server import BoundServer, bind

if TYPE_CHECKING:
    from nexync_runtime.settings import Settings


class Observed(Protocol):
    """What the admin port asks of a lifecycle."""

    settings: "Settings"

    async def reasons(self) -> dict[str, str]: ...


def app_for(life: Observed) -> Starlette:
    """The admin application over one lifecycle."""

    async def livez(_: Request) -> Response:
        return Response("ok\n", media_type="text/plain")

    async def readyz(_: Request) -> Response:
        reasons = await life.reasons()
        return Response(
            json.dumps({"ready": not reasons, "reasons": reasons}) + "\n",
            status_code=503 if reasons else 200,
            media_type="application/json",
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ]
    )


class Admin:
    """The running admin server."""

    def __init__(self, server: BoundServer, task: "asyncio.Task[None]") -> None:
        self._server = server
        self._task = task

    async def stop(self) -> None:
        """Close the port. It goes last, so that probes see the drain to its end."""
        self._server.should_exit = True
        await asyncio.wait({self._task}, timeout=2.0)


async def start(life: Observed) -> Admin:
    """Open the admin port before anything else, so that probes see a start that takes its time."""
    server = BoundServer(
        uvicorn.Config(app_for(life), log_config=None, access_log=False, lifespan="off")
    )
    socket = bind(life.settings.host, life.settings.admin_port)
    loop = asyncio.get_running_loop()
    task = loop.create_task(server.serve(sockets=[socket]), name="admin-port")
    return Admin(server, task)
