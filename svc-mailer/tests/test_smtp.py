"""Handing mails to SMTP: against a small scripted server, and against the real inbox."""

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from svc_mailer.adapters.smtp import SmtpPost
from svc_mailer.errors import PermanentMailError, TemporaryMailError
from svc_mailer.ports import Mail

MAIL = Mail("id-1", "ada@example.org", "Subject", "Text", "<p>Text</p>")
SENDER = "Nexync <hello@nexync.test>"


@asynccontextmanager
async def _server(replies: dict[str, str]) -> AsyncGenerator[tuple[str, list[str]]]:
    """A server on a free port that answers each verb by the script; its URL and what it was told."""
    told: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{replies.get('hello', '220 ready')}\r\n".encode())
        in_data = False
        while line := (await reader.readline()).decode().rstrip("\r\n") or not reader.at_eof():
            text = str(line)
            told.append(text)
            if in_data:
                if text != ".":
                    continue
                in_data = False
                answer = replies.get("end", "250 taken")
            else:
                verb = text[:4].upper().strip()
                answer = replies.get(verb, "250 good")
                in_data = verb == "DATA" and answer.startswith("354")
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if text[:4].upper() == "QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"smtp://127.0.0.1:{port}", told


def _scripted(**replies: str) -> AbstractAsyncContextManager[tuple[str, list[str]]]:
    return _server({"DATA": "354 go on", **replies})


async def test_a_mail_is_taken() -> None:
    """Envelope and headers arrive."""
    async with _scripted() as (url, told):
        await SmtpPost(url, SENDER).send(MAIL)
    assert any(line.lower().startswith("mail from:<hello@nexync.test>") for line in told)
    assert "Message-ID: <id-1@nexync.test>" in told


@pytest.mark.parametrize(
    "replies",
    [{"RCPT": "550 no such mailbox"}, {"end": "554 looks like spam"}],
)
async def test_what_the_server_refuses_for_good(replies: dict[str, str]) -> None:
    """This recipient or this mail: trying again would only annoy."""
    async with _scripted(**replies) as (url, _):
        with pytest.raises(PermanentMailError):
            await SmtpPost(url, SENDER).send(MAIL)


@pytest.mark.parametrize(
    "replies",
    [
        {"hello": "421 too busy"},
        {"hello": "554 not you"},
        {"MAIL": "550 sender not allowed"},
        {"RCPT": "451 greylisted"},
        {"end": "452 disk full"},
    ],
)
async def test_what_may_go_better_later(replies: dict[str, str]) -> None:
    """Busy, greylisted, full, or our own settings: a retry after somebody has looked is right."""
    async with _scripted(**replies) as (url, _):
        with pytest.raises(TemporaryMailError):
            await SmtpPost(url, SENDER).send(MAIL)


@pytest.mark.parametrize("goodbye", ["221 bye", "500 what?"])
async def test_a_bad_goodbye_changes_nothing(goodbye: str) -> None:
    """The mail was taken before; trying again would send it twice."""
    async with _scripted(QUIT=goodbye) as (url, _):
        await SmtpPost(url, SENDER).send(MAIL)


async def test_a_server_that_is_away() -> None:
    """Nobody listens there."""
    with pytest.raises(TemporaryMailError):
        await SmtpPost("smtp://127.0.0.1:1", SENDER).send(MAIL)


@pytest.mark.real
async def test_the_inbox_shows_the_mail() -> None:
    """Through the real SMTP server into its inbox."""
    urls = [os.environ.get(name) for name in ("NEXYNC_SMTP_URL", "NEXYNC_MAIL")]
    smtp_url, inbox = urls
    if not smtp_url or not inbox:
        pytest.fail("NEXYNC_SMTP_URL and NEXYNC_MAIL are needed by tests marked `real`")
    to = f"{uuid.uuid4().hex}@nexync.test"
    await SmtpPost(smtp_url, SENDER).send(Mail(uuid.uuid4().hex, to, "Hello", "Text", "<p>x</p>"))
    async with httpx.AsyncClient() as http, asyncio.timeout(10):
        found = 0
        while not found:
            mails = (await http.get(f"{inbox}/email")).json()
            found = sum(to in str(mail.get("to")) for mail in mails)
    assert found == 1
