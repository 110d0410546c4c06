"""Handing mails to SMTP: against a small scripted server, and against the real inbox."""

import asyncio
import base64
import datetime as dt
import ipaddress
import os
import ssl
import uuid
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from svc_mailer.adapters import smtp
from svc_mailer.adapters.smtp import SmtpPost
from svc_mailer.errors import PermanentMailError, TemporaryMailError
from svc_mailer.ports import Mail

MAIL = Mail("id-1", "ada@example.org", "Subject", "Text", "<p>Text</p>")
SENDER = "Nexync <hello@nexync.test>"


class Told:
    """What the server was told, a list of lines a connection."""

    def __init__(self) -> None:
        self.connections: list[list[str]] = []

    @property
    def lines(self) -> list[str]:
        """All lines of all connections."""
        return [line for lines in self.connections for line in lines]


@asynccontextmanager
async def _server(
    replies: dict[str, str], context: ssl.SSLContext | None = None, *, at_once: bool = False
) -> AsyncGenerator[tuple[int, Told]]:
    """A server on a free port that answers each verb by the script; an answer of "" is none at all."""
    told = Told()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine: list[str] = []
        told.connections.append(mine)
        writer.write(f"{replies.get('hello', '220 ready')}\r\n".encode())
        in_data = False
        while raw := await reader.readline():
            text = raw.decode().rstrip("\r\n")
            mine.append(text)
            verb = text[:4].upper().strip()
            if in_data:
                if text != ".":
                    continue
                in_data = False
                answer = replies.get("end", "250 taken")
            else:
                answer = replies.get(verb, "250 good")
                in_data = verb == "DATA" and answer.startswith("354")
            if answer:
                writer.write(f"{answer}\r\n".encode())
                await writer.drain()
            if verb == "STAR" and context is not None:
                await writer.start_tls(context)
            if verb == "QUIT" or answer.startswith("421"):
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context if at_once else None)
    async with server:
        yield server.sockets[0].getsockname()[1], told


@asynccontextmanager
async def _scripted(**replies: str) -> AsyncGenerator[tuple[str, Told]]:
    async with _server({"DATA": "354 go on", **replies}) as (port, told):
        yield f"smtp://127.0.0.1:{port}", told


def _post(url: str, ca_file: Path | None = None) -> AbstractAsyncContextManager[SmtpPost]:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[SmtpPost]:
        post = SmtpPost(url, SENDER, connections=1, ca_file=ca_file)
        try:
            yield post
        finally:
            await post.close()

    return opened()


async def test_a_mail_is_taken() -> None:
    """Envelope and headers arrive."""
    async with _scripted() as (url, told), _post(url) as post:
        await post.send(MAIL)
    assert any(line.lower().startswith("mail from:<hello@nexync.test>") for line in told.lines)
    assert "Message-ID: <id-1@nexync.test>" in told.lines


@pytest.mark.parametrize(
    "replies",
    [{"RCPT": "550 no such mailbox"}, {"end": "554 looks like spam"}],
)
async def test_what_the_server_refuses_for_good(replies: dict[str, str]) -> None:
    """This recipient or this mail: trying again would only annoy."""
    async with _scripted(**replies) as (url, _), _post(url) as post:
        with pytest.raises(PermanentMailError):
            await post.send(MAIL)


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
    async with _scripted(**replies) as (url, _), _post(url) as post:
        with pytest.raises(TemporaryMailError):
            await post.send(MAIL)


@pytest.mark.parametrize("goodbye", ["221 bye", "500 what?"])
async def test_a_bad_goodbye_changes_nothing(goodbye: str) -> None:
    """The mail was taken before; trying again would send it twice."""
    async with _scripted(QUIT=goodbye) as (url, _), _post(url) as post:
        await post.send(MAIL)


async def test_a_server_that_is_away() -> None:
    """Nobody listens there."""
    async with _post("smtp://127.0.0.1:1") as post:
        with pytest.raises(TemporaryMailError):
            await post.send(MAIL)


async def test_mails_share_a_connection() -> None:
    """Connecting, TLS and logging in cost more than a mail; one goodbye at the end."""
    async with _scripted() as (url, told), _post(url) as post:
        for _ in range(3):
            await post.send(MAIL)
    (lines,) = told.connections
    assert sum(line.startswith("Message-ID") for line in lines) == 3
    assert [line.upper() for line in lines].count("QUIT") == 1


@pytest.mark.parametrize("bad", [{"RCPT": "550 no such mailbox"}, {"end": "554 looks like spam"}])
async def test_a_bad_address_spoils_nothing_for_the_next_mail(bad: dict[str, str]) -> None:
    """The refused one is put away, and the same connection takes the next."""
    replies = {"DATA": "354 go on", **bad}
    async with _server(replies) as (port, told), _post(f"smtp://127.0.0.1:{port}") as post:
        with pytest.raises(PermanentMailError):
            await post.send(MAIL)
        for key in bad:
            del replies[key]
        await post.send(MAIL)
    assert len(told.connections) == 1


async def test_a_connection_that_the_server_closed_is_replaced() -> None:
    """Servers close idle connections, which costs nobody a mail."""
    replies = {"DATA": "354 go on", "NOOP": "421 closing"}
    async with _server(replies) as (port, told), _post(f"smtp://127.0.0.1:{port}") as post:
        await post.send(MAIL)
        await post.send(MAIL)
    assert len(told.connections) == 2


async def test_a_connection_carries_so_many_mails_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Servers limit it."""
    monkeypatch.setattr(smtp, "MAILS_A_CONNECTION", 2)
    async with _scripted() as (url, told), _post(url) as post:
        for _ in range(4):
            await post.send(MAIL)
    assert len(told.connections) == 2


async def test_a_silent_server_is_given_up_and_gets_nothing_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The mail will come again, so it must not go out after its time."""
    monkeypatch.setattr(smtp, "MAIL_SECONDS", 0.2)
    async with _scripted(RCPT="") as (url, told), _post(url) as post:
        with pytest.raises(TemporaryMailError, match="no end after"):
            await post.send(MAIL)
    assert not any(line.startswith("Message-ID") for line in told.lines)


async def test_who_logs_in_says_so(tmp_path: Path) -> None:
    """User and password are in the URL, with what is special there encoded."""
    context, _ = _certificate(tmp_path)
    replies = {"DATA": "354 go on", "EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}
    async with (
        _server(replies, context, at_once=True) as (port, told),
        _post(f"smtps://me%40here:p%2Fw@127.0.0.1:{port}", tmp_path / "ca.pem") as post,
    ):
        await post.send(MAIL)
    (auth,) = (line for line in told.lines if line.startswith("AUTH"))
    assert base64.b64decode(auth.removeprefix("AUTH PLAIN ")) == b"\0me@here\0p/w"


async def test_a_wrong_password_is_no_fault_of_the_mail(tmp_path: Path) -> None:
    """Somebody will mend it; until then mails wait."""
    context, _ = _certificate(tmp_path)
    replies = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 no"}
    async with (
        _server(replies, context, at_once=True) as (port, _),
        _post(f"smtps://me:wrong@127.0.0.1:{port}", tmp_path / "ca.pem") as post,
    ):
        with pytest.raises(TemporaryMailError, match="SMTPAuthenticationError"):
            await post.send(MAIL)


async def test_starttls_comes_before_anything_else(tmp_path: Path) -> None:
    """No address goes in the clear."""
    context, _ = _certificate(tmp_path)
    replies = {"DATA": "354 go on", "EHLO": "250-here\r\n250 STARTTLS", "STAR": "220 go"}
    async with (
        _server(replies, context) as (port, told),
        _post(f"smtp+starttls://127.0.0.1:{port}", tmp_path / "ca.pem") as post,
    ):
        await post.send(MAIL)
    verbs = [line[:4].upper() for line in told.lines]
    assert verbs.index("STAR") < verbs.index("MAIL")


async def test_a_server_without_starttls_gets_nothing() -> None:
    """Whoever sits between could have taken the offer away."""
    async with _scripted() as (url, told):
        plain = url.replace("smtp://", "smtp+starttls://")
        async with _post(plain) as post:
            with pytest.raises(TemporaryMailError):
                await post.send(MAIL)
    assert not any(line.upper().startswith("MAIL") for line in told.lines)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_a_stranger_s_certificate_is_refused(tmp_path: Path, scheme: str) -> None:
    """The bundle alone decides; without it the system's authorities."""
    context, _ = _certificate(tmp_path)
    replies = {"DATA": "354 go on", "EHLO": "250-here\r\n250 STARTTLS", "STAR": "220 go"}
    async with (
        _server(replies, context, at_once=scheme == "smtps") as (port, told),
        _post(f"{scheme}://127.0.0.1:{port}") as post,
    ):
        with pytest.raises(TemporaryMailError, match="CERTIFICATE_VERIFY_FAILED"):
            await post.send(MAIL)
    assert not any(line.upper().startswith("MAIL") for line in told.lines)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context, and the bundle by which it is trusted: for 127.0.0.1, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "smtp")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    bundle, secret = folder / "ca.pem", folder / "key.pem"
    bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(bundle, secret)
    return context, bundle


@pytest.mark.real
async def test_the_inbox_shows_the_mail() -> None:
    """Through the real SMTP server into its inbox."""
    urls = [os.environ.get(name) for name in ("NEXYNC_SMTP_URL", "NEXYNC_MAIL")]
    smtp_url, inbox = urls
    if not smtp_url or not inbox:
        pytest.fail("NEXYNC_SMTP_URL and NEXYNC_MAIL are needed by tests marked `real`")
    to = f"{uuid.uuid4().hex}@nexync.test"
    async with _post(smtp_url) as post:
        for _ in range(2):
            await post.send(Mail(uuid.uuid4().hex, to, "Hello", "Text", "<p>x</p>"))
    async with httpx.AsyncClient() as http, asyncio.timeout(10):
        found = 0
        while found < 2:
            mails = (await http.get(f"{inbox}/email")).json()
            found = sum(to in str(mail.get("to")) for mail in mails)
    assert found == 2
