"""Administrators look into reports. Who is one, svc-auth alone knows, and it is asked each time."""

from typing import Protocol

from nexync_contracts.ids import PersonId, ReportId
from nexync_contracts.report_rest import ReportsPage
from svc_chat.errors import NotAnAdminError, NothingThereError


class Roles(Protocol):
    """Who runs the instance."""

    async def is_admin(self, person: PersonId) -> bool:
        """Whether they may. Raises ConnectionError when it can't be known at the moment."""
        ...


class WaitingReports(Protocol):
    """Reports that nobody has looked into."""

    async def waiting(self) -> ReportsPage:
        """The oldest of them, and how many there are."""
        ...

    async def close(self, report: ReportId, by: PersonId, address: str) -> bool:
        """Take it off the list, once, with an entry in the audit log; False when there is no such report."""
        ...


class Looking:
    """Raises NotAnAdminError, NothingThereError, ConnectionError."""

    def __init__(self, reports: WaitingReports, roles: Roles) -> None:
        self._reports = reports
        self._roles = roles

    async def waiting(self, me: PersonId) -> ReportsPage:
        """What waits."""
        await self._check(me)
        return await self._reports.waiting()

    async def close(self, me: PersonId, report: ReportId, address: str) -> None:
        """Repeating it changes nothing, also when another administrator was first. `address` is the network's."""
        await self._check(me)
        if not await self._reports.close(report, me, address):
            raise NothingThereError

    async def _check(self, me: PersonId) -> None:
        if not await self._roles.is_admin(me):
            raise NotAnAdminError
