"""The `Post` port over smtplib, on a thread: one connection a mail, every step with a timeout."""

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from svc_mailer.errors import PermanentMailError, TemporaryMailError
from svc_mailer.metrics import SMTP_SECONDS
from svc_mailer.ports import Mail

STEP_SECONDS: Final = 10.0
MAIL_SECONDS: Final = 45.0
"""A server that answers each step just in time must not hold a worker for ever."""

_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class SmtpPost:
    """Hands mails to the server of `url`, from `sender`."""

    def __init__(self, url: str, sender: str, *, ca_file: Path | None = None) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._ca_file = ca_file

    async def send(self, mail: Mail) -> None:
        """Returns when the server took the mail. Raises MailError."""
        with SMTP_SECONDS.time():
            try:
                async with asyncio.timeout(MAIL_SECONDS):
                    await asyncio.to_thread(self._send, build_message(mail, self._sender))
            except TimeoutError:
                raise TemporaryMailError(f"no end after {MAIL_SECONDS:g} s") from None

    def _send(self, message: EmailMessage) -> None:
        try:
            server = self._connect()
            try:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
            finally:
                _leave(server)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            kind = PermanentMailError if all(code >= 500 for code in codes) else TemporaryMailError
            raise kind(f"recipient refused: {codes}") from None
        except smtplib.SMTPDataError as error:
            kind = PermanentMailError if error.smtp_code >= 500 else TemporaryMailError
            raise kind(f"mail refused: {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryMailError(f"{type(error).__name__}: {error}") from None

    def _connect(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=STEP_SECONDS, context=self._context()
            )
        server = smtplib.SMTP(self._host, self._port, timeout=STEP_SECONDS)
        if self._scheme == "smtp+starttls":
            server.starttls(context=self._context())
        return server

    def _context(self) -> ssl.SSLContext:
        """Read anew for every mail, so that a renewed authority needs no restart."""
        return ssl.create_default_context(cafile=self._ca_file)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; how the server takes it changes nothing about the mail."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def build_message(mail: Mail, sender: str) -> EmailMessage:
    """Text and HTML in one message, with the job's id as its Message-ID."""
    message = EmailMessage()
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{mail.identity}@{domain}>"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
