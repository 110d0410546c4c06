"""Client-made command ids: UUIDv7 on the server's clock (RFC 9562 5.7)."""

import secrets
import time
from uuid import UUID

from nexync_contracts.ids import ClientId


def client_id(unix_ms: int) -> ClientId:
    """An id whose first 48 bits are `unix_ms`; the rest is random but for version and variant."""
    value = (unix_ms & (1 << 48) - 1) << 80
    value |= 7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return ClientId(str(UUID(int=value)))


class ServerClock:
    """The server's time as of `welcome`, carried on by the local monotonic clock."""

    def __init__(self) -> None:
        self._offset_ms = time.time() * 1000 - time.monotonic() * 1000

    def set(self, server_ms: int) -> None:
        """Take over the server's Unix milliseconds."""
        self._offset_ms = server_ms - time.monotonic() * 1000

    def now_ms(self) -> int:
        """Unix milliseconds on the server's clock."""
        return int(time.monotonic() * 1000 + self._offset_ms)
