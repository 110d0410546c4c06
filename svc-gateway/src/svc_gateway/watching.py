"""Watches the subscribing connection: while a removal may have slipped by, memberships don't count."""

import asyncio
from typing import Final, Protocol

from nexync_runtime import log
from svc_gateway.errors import BackendAwayError
from svc_gateway.metrics import Counts
from svc_gateway.ports import Sleep
from svc_gateway.repair import Comparer

COMPARE_SECONDS: Final = 15.0
PING_SECONDS: Final = 1.0

_log = log.get("watching")


class Pinged(Protocol):
    """The subscribing connection."""

    async def ping(self) -> None:
        """Returns at the answer. Raises BackendAwayError when the connection is lost."""
        ...


class Authority(Protocol):
    """What counts only while no removal can have been missed."""

    def void(self, reason: str) -> None: ...

    async def restore(self) -> None: ...


class Watch:
    """Three loops: a ping every second, what follows a doubt, a comparison every 15 s."""

    def __init__(
        self,
        *,
        channels: Pinged,
        comparer: Comparer,
        authority: Authority,
        sleep: Sleep,
        counts: Counts,
        off: bool = False,
    ) -> None:
        self._channels = channels
        self._comparer = comparer
        self._authority = authority
        self._sleep = sleep
        self._counts = counts
        self._off = off
        self._void = True
        """Also before the first connection, when nobody is here yet."""
        self._answered = asyncio.Event()
        self._resubscribed = asyncio.Event()

    def lost(self) -> None:
        """The subscribing connection broke."""
        self._invalidate("the subscribing connection broke")

    def resubscribed(self) -> None:
        """All channels are confirmed again."""
        self._counts.resubscribes += 1
        self._resubscribed.set()
        self._answered.set()

    async def ping_forever(self) -> None:
        """Void the authority when one second passes without an answer."""
        while True:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await self._channels.ping()
            except (TimeoutError, BackendAwayError) as error:
                self._invalidate(type(error).__name__)
                await self._sleep(0.2)
                continue
            if self._void:
                self._answered.set()
            await self._sleep(PING_SECONDS)

    async def restore_forever(self) -> None:
        """Read memberships and sessions again once the connection answers after a doubt."""
        while True:
            await self._answered.wait()
            self._answered.clear()
            if self._void:
                await self._restore()

    async def compare_forever(self) -> None:
        """Compare heads. A reconnect is compared with svc-chat too, because Redis may have lost keys."""
        ask_chats = False
        while True:
            try:
                async with asyncio.timeout(COMPARE_SECONDS):
                    await self._resubscribed.wait()
                self._resubscribed.clear()
                ask_chats = True
            except TimeoutError:
                pass
            if self._off:
                continue
            try:
                await self._comparer.compare(ask_chats=ask_chats)
                ask_chats = False
            except BackendAwayError as error:
                _log.warning("heads not compared", reason=str(error))
                await self._sleep(PING_SECONDS)
                if ask_chats:
                    self._resubscribed.set()

    def _invalidate(self, reason: str) -> None:
        if self._void:
            return
        _log.warning("memberships are void", reason=reason)
        self._void = True
        self._authority.void(reason)

    async def _restore(self) -> None:
        self._void = False
        try:
            await self._authority.restore()
        except BackendAwayError as error:
            self._void = True
            _log.warning("memberships not read", reason=str(error))
            return
        if not self._void:
            _log.info("memberships are read again")
