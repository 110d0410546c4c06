"""How fast webhooks may write: a bucket a webhook, in Redis, for all instances together."""

from nexync_contracts.ids import HookId, PersonId, SessionId
from nexync_runtime.limiting import Limiter


class LimitedHooks:
    """Takes one token a message; the limiter counts a webhook as its own session."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def wait(self, hook: HookId) -> float:
        """Seconds until it may write; 0 when it may now."""
        return (await self._limiter.take(PersonId(hook), SessionId(hook), 1)).wait
