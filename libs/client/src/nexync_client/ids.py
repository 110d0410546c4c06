"""Client-made command ids: UUIDv7 on the server's clock (RFC 9562 5.7)."""

import secrets
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
    """The server's time as of `welcome`, carried on by a monotonic clock; until then this machine's time.

    `now` is always seconds on that monotonic clock, `unix_ms` milliseconds since 1970.
    """

    def __init__(self, unix_ms: float, now: float) -> None:
        self._offset_ms = unix_ms - now * 1000

    def set(self, unix_ms: int, now: float) -> None:
        """Take over the server's time."""
        self._offset_ms = unix_ms - now * 1000

    def unix_ms(self, now: float) -> int:
        """Unix milliseconds on the server's clock."""
        return int(now * 1000 + self._offset_ms)
