"""Questions to another service's internal port: where the connection fails, another pod is asked (docs/adr/0066)."""

import asyncio
import time
from typing import Final

import httpx

CONNECT_SECONDS: Final = 1.0
"""Nothing answers at the address of a pod that is gone. Inside a cluster a living one does so within milliseconds."""

TRIES: Final = 3
AGAIN_SECONDS: Final = 2.5
"""A try that fails later than this after the first one began is the last: whoever asked has waited long enough."""

PAUSE_SECONDS: Final = 0.05
"""Before the second try; twice that before the third. Until then a Service may have heard of the pod's end."""

_NO_ANSWER: Final = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
"""The connection failed or ended before an answer: it is the pod that is away, not the service that is slow."""


def timeout_of(seconds: float, *, pool: float | None = None) -> httpx.Timeout:
    """For one try: `seconds` for the answer, `pool` for a free connection (as long as for the answer, if None)."""
    return httpx.Timeout(seconds, connect=CONNECT_SECONDS, pool=seconds if pool is None else pool)


async def answered(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """The answer of the first pod that gives one, for a request that may be asked twice. Raises httpx.HTTPError.

    A slow answer is waited for, never asked for again: a service that is slow has too much to do already. A refusal
    (503) is an answer, too.
    """
    began = time.monotonic()
    for number in range(1, TRIES):
        try:
            return await http.send(request)
        except _NO_ANSWER:
            if time.monotonic() - began > AGAIN_SECONDS:
                raise
        await asyncio.sleep(PAUSE_SECONDS * number)
    return await http.send(request)
