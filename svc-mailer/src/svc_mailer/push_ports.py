"""What sending push notifications needs from the outside."""

from typing import Protocol

from nexync_contracts.ids import SessionId
from nexync_contracts.push_jobs import PushJob, PushPage, PushPageAsk, PushWork
from nexync_contracts.push_rest import PushToken


class PushService(Protocol):
    """Firebase Cloud Messaging."""

    async def send(self, push: PushJob) -> None:
        """Returns when the service took it. Raises PushError."""
        ...


class PushChats(Protocol):
    """svc-chat, which knows who is to be told and where."""

    async def page(self, ask: PushPageAsk) -> PushPage:
        """One page of devices. Raises ChatAwayError."""
        ...

    async def gone(self, session: SessionId, token: PushToken) -> None:
        """The device is no more. Raises ChatAwayError."""
        ...


class PushJobs(Protocol):
    """The queue of push notifications."""

    async def put(self, job: PushWork) -> None:
        """Returns when the job is safe. Raises QueueAwayError."""
        ...
