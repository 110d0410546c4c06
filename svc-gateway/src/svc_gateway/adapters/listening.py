"""Whether somebody listens on a TCP port: asked by a connection that is closed at once."""

import asyncio
import contextlib
from typing import Final

ANSWER_SECONDS: Final = 1.0


class Listening:
    """Asks hosts about one port."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __call__(self, host: str) -> bool | None:
        """False when the host refuses; None when it doesn't answer within a second, or can't be reached."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                _, writer = await asyncio.open_connection(host, self._port)
        except ConnectionRefusedError:
            return False
        except (OSError, TimeoutError):
            return None
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True
