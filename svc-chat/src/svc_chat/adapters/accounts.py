"""What svc-auth hands out of an account, over its internal port."""

from typing import Final

import httpx
from pydantic import ValidationError

from nexync_contracts.export_rest import AccountAsk, AccountCopy
from nexync_contracts.ids import PersonId, SessionId
from svc_chat.errors import NothingThereError, NotProvedError, NotYetError

PATH: Final = "/internal/accounts/export"
SECONDS: Final = 5.0


class AuthAccounts:
    """Asks svc-auth, once; whoever wants the copy asks again when it is away."""

    def __init__(self, internal_url: str, http: httpx.AsyncClient) -> None:
        self._url = internal_url.rstrip("/") + PATH
        self._http = http

    async def copy(self, person: PersonId, session: SessionId) -> AccountCopy:
        """The account. Raises NothingThereError, NotProvedError, NotYetError."""
        try:
            answer = await self._http.post(
                self._url,
                content=AccountAsk(person=person, session=session).model_dump_json().encode(),
                headers={"Content-Type": "application/json"},
                timeout=SECONDS,
            )
            if answer.status_code == 404:
                raise NothingThereError
            if answer.status_code == 403:
                raise NotProvedError
            answer.raise_for_status()
            return AccountCopy.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise NotYetError from error
