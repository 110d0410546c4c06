"""The inbox of a running instance: one port, an adapter for each page that developers and clusters use."""

import re
from typing import Annotated, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nexync_e2e.waiting import until

_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
_TOKEN = re.compile(r"/reset#([A-Za-z0-9_=-]{20,200})")


class Mailbox(Protocol):
    """Where mails can be read."""

    async def answers(self) -> bool:
        """Whether the page speaks this adapter's language. Raises httpx's transport errors."""
        ...

    async def texts(self, address: str) -> list[str]:
        """The texts of the mails to the address, newest first. Raises httpx.HTTPError."""
        ...


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Address(_Loose):
    address: str


class _Mail(_Loose):
    to: Annotated[tuple[_Address, ...], Field(max_length=100)] = ()
    text: str = ""
    time: str = ""


_MAILS: TypeAdapter[list[_Mail]] = TypeAdapter(list[_Mail])


class Maildev:
    """maildev's API: all mails with their texts at `GET /email`."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def answers(self) -> bool:
        """A list of mails and nothing else."""
        response = await self._http.get("/email", params={"to.address": "nobody@example.test"})
        try:
            _MAILS.validate_json(response.content)
        except ValidationError:
            return False
        return response.is_success

    async def texts(self, address: str) -> list[str]:
        """One request, as each mail comes whole."""
        response = await self._http.get("/email", params={"to.address": address})
        response.raise_for_status()
        mine = [
            mail
            for mail in _MAILS.validate_json(response.content)
            if any(to.address.lower() == address.lower() for to in mail.to)
        ]
        return [mail.text for mail in sorted(mine, key=lambda mail: mail.time, reverse=True)]


class _Summary(_Loose):
    id: str = Field(alias="ID")
    created: str = Field(alias="Created", default="")


class _Summaries(_Loose):
    messages: Annotated[tuple[_Summary, ...], Field(max_length=100)] = ()


class _Whole(_Loose):
    text: str = Field(alias="Text", default="")


class Mailpit:
    """Mailpit's API: summaries by a search for the address, then each mail by its id."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def answers(self) -> bool:
        """Its list of messages, which no other page has at this path."""
        response = await self._http.get("/api/v1/messages", params={"limit": 1})
        try:
            _Summaries.model_validate_json(response.content)
        except ValidationError:
            return False
        return response.is_success

    async def texts(self, address: str) -> list[str]:
        """One request for the list and one for each of at most five mails."""
        response = await self._http.get(
            "/api/v1/search", params={"query": f'to:"{address}"', "limit": 5}
        )
        response.raise_for_status()
        found = _Summaries.model_validate_json(response.content).messages
        texts: list[str] = []
        for summary in sorted(found, key=lambda summary: summary.created, reverse=True):
            whole = await self._http.get(f"/api/v1/message/{summary.id}")
            whole.raise_for_status()
            texts.append(_Whole.model_validate_json(whole.content).text)
        return texts


class MailInbox:
    """Reads one-time codes as a person would, from whichever page answers at `mail`."""

    def __init__(self, mail: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=mail, timeout=10.0, trust_env=False, transport=transport
        )
        self._mailbox: Mailbox | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def code_for(self, address: str, *, seconds: float = 30.0) -> str:
        """The code in the newest mail to the address. Raises TimeoutError when none comes."""
        return await self._newest(_CODE, address, f"a mail with a code to {address}", seconds)

    async def token_for(self, address: str, *, seconds: float = 30.0) -> str:
        """The token of the newest link for a new password. Raises TimeoutError when none comes."""
        return await self._newest(_TOKEN, address, f"a mail with a link to {address}", seconds)

    async def texts(self, address: str) -> list[str]:
        """The texts of the mails to the address, newest first. Raises httpx.HTTPError."""
        mailbox = await self._found()
        return [] if mailbox is None else await mailbox.texts(address)

    async def _newest(
        self, pattern: re.Pattern[str], address: str, what: str, seconds: float
    ) -> str:
        async def probe() -> str | None:
            try:
                mailbox = await self._found()
                texts = await mailbox.texts(address) if mailbox is not None else []
            except (httpx.TransportError, httpx.HTTPStatusError):
                return None
            found = (pattern.search(text) for text in texts)
            return next((one.group(1) for one in found if one is not None), None)

        return await until(probe, what, seconds=seconds, every=0.2)

    async def _found(self) -> Mailbox | None:
        """The adapter that the page answers to, asked for once."""
        if self._mailbox is None:
            for candidate in (Mailpit(self._http), Maildev(self._http)):
                if await candidate.answers():
                    self._mailbox = candidate
                    break
        return self._mailbox
