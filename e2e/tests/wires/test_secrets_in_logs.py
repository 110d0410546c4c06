"""No log of an instance has a secret of the accounts: passwords, codes, tokens, links, keys."""

import os
import re
import secrets
import uuid
from pathlib import Path

import pytest
from authenticator import turn_on

from nexync_client import Rest
from nexync_contracts import (
    email_endpoints,
    email_rest,
    endpoints,
    factor_endpoints,
    factor_rest,
    rest,
)
from nexync_e2e.client import Device, Person, sign_up
from nexync_e2e.mail import MailInbox
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e

KEY_CHARS = 32
INBOX = "mail.log"
"""The inbox stands in for people's own mail programs, and names the subjects of their mails."""


class Logs:
    """What the instance's logs have gained since this was made."""

    def __init__(self) -> None:
        self.state = Path(os.environ["NEXYNC_SIGNING_KEY_FILE"]).parent.parent
        self._began = {path: path.stat().st_size for path in self._files()}

    def _files(self) -> list[Path]:
        logs = (self.state / "logs").glob("*.log")
        return sorted(path for path in logs if path.name != INBOX)

    def gained(self) -> dict[str, str]:
        """By the name of the log."""
        found: dict[str, str] = {}
        for path in self._files():
            with path.open("rb") as file:
                file.seek(self._began.get(path, 0))
                found[path.name] = file.read().decode(errors="replace")
        return found

    def keys(self) -> set[str]:
        """What is secret in the files of the keys."""
        texts = [path.read_text() for path in (self.state / "secrets").iterdir()]
        return {
            line
            for text in texts
            for line in text.split()
            if len(line) >= KEY_CHARS and ":" not in line
        }


def leaks(logs: dict[str, str], known: dict[str, set[str]]) -> list[str]:
    """Which kind of secret is in which log; the secrets themselves are not repeated."""
    return [
        f"{kind} in {name}"
        for name, text in logs.items()
        for kind, values in known.items()
        for value in values
        if re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", text)
    ]


def tokens_of(client: Rest) -> set[str]:
    """Access and refresh token, each whole and the part that makes it good."""
    access = client.access_token
    return {access, access.rpartition(".")[2], client.refresh_token}


def test_a_planted_secret_is_found() -> None:
    """Whole words alone: a code is no part of a longer number."""
    known = {"code": {"123456"}}
    assert leaks({"auth.log": "x=123456, y"}, known) == ["code in auth.log"]
    assert leaks({"auth.log": "x=1234567 a123456"}, known) == []


async def _account(mine: Person, mail: str, known: dict[str, set[str]]) -> None:
    """Another address, a second factor, another password, a forgotten one."""
    inbox = MailInbox(mail)
    address = f"{uuid.uuid4().hex}@nexync.test"
    body = email_rest.ChangeEmailBody(email=address, current=mine.password)
    await mine.rest.call(email_endpoints.CHANGE_EMAIL, rest.Accepted, body=body)
    code = await inbox.code_for(address)
    known["code"].add(code)
    answer = await mine.rest.raw(email_endpoints.PROVE_EMAIL, json={"code": code})
    assert answer.status_code == 204, answer.text
    made = await mine.rest.call(
        factor_endpoints.ENROL_FACTOR,
        factor_rest.EnrolmentView,
        body=factor_rest.EnrolFactorBody(current=mine.password),
    )
    known["factor"] |= {made.secret, made.uri}
    code, shown = await turn_on(mine.rest, made.secret)
    known["code"] |= {code, *shown.codes}
    new, newest = (secrets.token_urlsafe(12) for _ in range(2))
    known["password"] |= {new, newest}
    passwords = {"current": mine.password, "password": new}
    answer = await mine.rest.raw(endpoints.CHANGE_PASSWORD, json=passwords)
    assert answer.status_code == 204, answer.text
    await mine.rest.call(endpoints.FORGOT, rest.Accepted, body=rest.ForgotBody(email=address))
    token = await inbox.token_for(address)
    known["link"].add(token)
    answer = await mine.rest.raw(endpoints.RESET, json={"token": token, "password": newest})
    assert answer.status_code == 204, answer.text
    await inbox.close()
    client = Rest(mine.rest.page)
    for password in ("a wrong password", newest):
        known["password"].add(password)
        await client.raw(endpoints.LOGIN, json={"login": address, "password": password})
    answer = await client.raw(factor_endpoints.LOGIN_CODE, json={"code": shown.codes[0]})
    assert answer.status_code == 200, answer.text
    known["token"] |= tokens_of(client)
    await client.raw(endpoints.LOGOUT)
    await client.close()


async def test_no_log_has_a_secret(where: Wires) -> None:
    """After everything that an account can go through, in the logs of all services, the edge and the backends."""
    logs = Logs()
    known: dict[str, set[str]] = {
        kind: set() for kind in ("password", "code", "token", "link", "factor", "key")
    }
    mine = await sign_up(where.page, where.mail)
    known["password"].add(mine.password)
    known["token"] |= tokens_of(mine.rest)
    async with Device(mine, where.gateways[:1], name="here").running():
        await mine.rest.refresh()
        known["token"] |= tokens_of(mine.rest)
        # Bodies that the contracts refuse must not be repeated either.
        odd = secrets.token_urlsafe(12)
        known["password"].add(odd)
        await mine.rest.raw(endpoints.LOGIN, json={"login": "x", "password": odd, "more": odd})
        await mine.rest.raw(endpoints.RESET, json={"token": odd, "password": odd})
        await _account(mine, where.mail, known)
    await mine.close()
    known["key"] = logs.keys()
    assert all(known.values())
    gained = logs.gained()
    assert gained["auth.log"] + gained["mailer.log"] + gained["gateway-1.log"]
    assert leaks(gained, known) == []
