"""One person of the demo: an account over REST, and a socket that says lines until all are events."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

import httpx

from nexync_client import Backoff, Client, Options, RefusedError, Rest, upload
from nexync_client.outbox import Sending
from nexync_contracts import endpoints, rest
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import ChatId, PersonId
from nexync_dev.errors import DevError

PASSWORD: Final = "nexync-demo"

_MAIL_SECONDS: Final = 30.0
_SILENCE_SECONDS: Final = 30.0
_AHEAD: Final = 24
"""Messages of one person without an outcome; below the server's limit of 32."""


class DemoPerson:
    """Logged in after `enter`. `page` and `mail` are base URLs; `username` is also the mail box's name."""

    def __init__(self, page: str, mail: str, username: str) -> None:
        self.username = username
        self.id = PersonId("")
        self.rest = Rest(page)
        self._mail = httpx.AsyncClient(base_url=mail, timeout=15.0, trust_env=False)

    async def close(self) -> None:
        """Close the REST connections."""
        await self.rest.close()
        await self._mail.aclose()

    async def enter(self) -> None:
        """Log in; whoever has no account yet signs up with the code from the mail."""
        body = rest.LoginBody(login=self.username, password=PASSWORD)
        try:
            view = await self.rest.call(endpoints.LOGIN, rest.SessionView, body=body)
        except RefusedError as error:
            if error.code not in (ProblemCode.WRONG_CREDENTIALS, ProblemCode.NOT_VERIFIED):
                raise
            view = await self._sign_up()
        self.id = view.person

    async def _sign_up(self) -> rest.SessionView:
        email = f"{self.username}@nexync.test"
        body = rest.RegisterBody(email=email, username=self.username, password=PASSWORD)
        await self.rest.call(endpoints.REGISTER, rest.Accepted, body=body)
        code = await self._code(email)
        verify = rest.VerifyBody(email=email, code=code)
        return await self.rest.call(endpoints.VERIFY, rest.SessionView, body=verify)

    async def _code(self, email: str) -> str:
        """The code in the newest mail to this address."""
        try:
            async with asyncio.timeout(_MAIL_SECONDS):
                while True:
                    answer = await self._mail.get("/email", params={"sort": "desc"})
                    for mail in answer.raise_for_status().json():
                        mine = any(to["address"] == email for to in mail["to"])
                        found = re.search(r"\b\d{6}\b", mail.get("text", "")) if mine else None
                        if found:
                            return found[0]
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise DevError(f"No mail with a code came to {email} in {_MAIL_SECONDS:g} s.") from None

    async def say(self, lines: Sequence[tuple[ChatId, str]], rate: float) -> None:
        """Send each line once, at most `rate` a second, and wait until all are events. Raises `DevError`."""
        client = Client(self.rest, options=Options(backoff=Backoff(cap=2.0)))
        open_: list[Sending] = []
        loop = asyncio.get_running_loop()
        async with client.running():
            began = loop.time()
            for number, (chat, body) in enumerate(lines):
                await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
                open_.append(await client.send(chat, body))
                if len(open_) >= _AHEAD:
                    await self._settle(client, open_.pop(0))
            for sending in open_:
                await self._settle(client, sending)

    async def show(self, chat: ChatId, name: str, image: bytes, alt: str) -> None:
        """Send an image with the words that say what it shows, and wait until it is an event. Raises `DevError`."""
        attachment = await upload(self.rest, name, image, alt=alt)
        client = Client(self.rest, options=Options(backoff=Backoff(cap=2.0)))
        async with client.running():
            await self._settle(client, await client.send(chat, "", files=(attachment.id,)))

    async def _settle(self, client: Client, sending: Sending) -> None:
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                await client.outcome(sending)
        except TimeoutError:
            raise DevError(f"A message of {self.username} has no outcome.") from None
        if sending.code is not None:
            raise DevError(f"A message of {self.username} was rejected: {sending.code}.")
