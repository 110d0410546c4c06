"""svc-auth says who is an administrator."""

from typing import Final

import httpx
from pydantic import ValidationError

from nexync_contracts.admin_rest import RoleView
from nexync_contracts.ids import PersonId
from nexync_contracts.session import AdminCheck
from nexync_runtime.asking import answered, timeout_of

PATH: Final = "/internal/admins/check"
TIMEOUT: Final = 3.0


class AskedRoles:
    """The `Roles` port. Nothing is remembered: a role that was taken is gone at once."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def is_admin(self, person: PersonId) -> bool:
        """One question."""
        try:
            asked = self._http.build_request(
                "POST",
                self._url,
                content=AdminCheck(person=person).model_dump_json().encode(),
                headers={"Content-Type": "application/json"},
                timeout=timeout_of(TIMEOUT),
            )
            answer = await answered(self._http, asked)
            answer.raise_for_status()
            return RoleView.model_validate_json(answer.content).admin
        except (httpx.HTTPError, ValidationError):
            msg = "svc-auth doesn't say who is an administrator"
            raise ConnectionError(msg) from None
