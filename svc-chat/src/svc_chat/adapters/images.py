"""Images made anew, each in a process of its own that is ended when it takes too long."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from typing import Final

from svc_chat import metrics
from svc_chat.errors import BusyError
from svc_chat.made_images import Made, NoImageError, decode_made

PROGRAM: Final = "svc_chat.imaging"
"""By name: imported, it would bring the decoders into this process."""

SECONDS: Final = 9.0
TURN_SECONDS: Final = 4.0
"""How long one waits for a turn; both together end before the request does."""

REASON_CHARS: Final = 200


class ImageProcesses:
    """At most `at_once` of them; more wait for a turn."""

    def __init__(self, at_once: int) -> None:
        self._turns = asyncio.Semaphore(at_once)

    async def make(self, data: bytes, *, square: bool) -> Made:
        """The image made anew. Raises NoImageError, BusyError when there is no turn in time."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise BusyError from None
        try:
            with metrics.IMAGE_SECONDS.time():
                return await _made(data, square=square)
        finally:
            self._turns.release()


async def _made(data: bytes, *, square: bool) -> Made:
    options = ["--square"] if square else []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", PROGRAM, *options, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(SECONDS):
            out, told = await process.communicate(data)
    except TimeoutError:
        raise NoImageError("it takes too long") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode == 0:
        return decode_made(out)
    if process.returncode == 1:
        raise NoImageError(told.decode(errors="replace")[-REASON_CHARS:])
    raise NoImageError("it takes too much memory or time")
