"""The local mail inbox over its REST API (`GET <mail>/email`)."""

import re
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from nexync_e2e.waiting import until


class _Address(BaseModel):
    model_config = ConfigDict(extra="ignore")
    address: str


class _Mail(BaseModel):
    model_config = ConfigDict(extra="ignore")
    to: Annotated[tuple[_Address, ...], Field(max_length=100)] = ()
    text: str = ""
    time: str = ""


_MAILS: TypeAdapter[list[_Mail]] = TypeAdapter(list[_Mail])
_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")


class MailInbox:
    """Reads one-time codes as a person would."""

    def __init__(self, mail: str) -> None:
        self._http = httpx.AsyncClient(base_url=mail, timeout=10.0, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def code_for(self, address: str, *, seconds: float = 30.0) -> str:
        """The code in the newest mail to the address. Raises TimeoutError when none comes."""

        async def probe() -> str | None:
            response = await self._http.get("/email", params={"to.address": address})
            response.raise_for_status()
            mails = _MAILS.validate_json(response.content)
            mine = [
                mail
                for mail in mails
                if any(to.address.lower() == address.lower() for to in mail.to)
            ]
            for mail in sorted(mine, key=lambda mail: mail.time, reverse=True):
                found = _CODE.search(mail.text)
                if found:
                    return found.group(1)
            return None

        return await until(probe, f"a mail with a code to {address}", seconds=seconds, every=0.2)
