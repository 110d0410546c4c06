"""The `Post` port over smtplib, on threads of its own: connections are kept for the next mail, steps have timeouts."""

import asyncio
import smtplib
import socket
import ssl
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from svc_mailer.errors import PermanentMailError, TemporaryMailError
from svc_mailer.metrics import SMTP_CONNECTIONS, SMTP_SECONDS
from svc_mailer.ports import Mail

STEP_SECONDS: Final = 10.0
MAIL_SECONDS: Final = 45.0
"""A server that answers each step just in time must not hold a worker for ever."""

IDLE_SECONDS: Final = 30.0
"""How long a connection waits for its next mail; servers wait five minutes (RFC 5321, 4.5.3.2.7)."""

MAILS_A_CONNECTION: Final = 100
"""Servers limit it, so we change before they do."""

_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_SERVER_FAILED: Final = 500


@dataclass(slots=True)
class _Line:
    """A connection and what it has behind it. `server` is None until it is made."""

    server: smtplib.SMTP | None = None
    mails: int = 0
    used_at: float = 0.0
    cut: bool = False

    def hang_up(self) -> None:
        """From another thread: whatever the connection waits for fails at once, and nothing more goes out."""
        self.cut = True
        connection = self.server.sock if self.server else None
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class SmtpPost:
    """Hands mails to the server of `url`, from `sender`, over at most `connections` at once; more mails wait."""

    def __init__(
        self, url: str, sender: str, *, connections: int = 8, ca_file: Path | None = None
    ) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._ca_file = ca_file
        self._free = asyncio.Semaphore(connections)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="smtp")
        self._lock = threading.Lock()
        # At most `connections`: each was in use before it came here.
        self._idle: deque[_Line] = deque()

    async def send(self, mail: Mail) -> None:
        """Returns when the server took the mail. Raises MailError."""
        message = build_message(mail, self._sender)
        loop = asyncio.get_running_loop()
        async with self._free:
            line = _Line()
            with SMTP_SECONDS.time():
                try:
                    async with asyncio.timeout(MAIL_SECONDS):
                        await loop.run_in_executor(self._threads, self._send, message, line)
                except TimeoutError:
                    raise TemporaryMailError(f"no end after {MAIL_SECONDS:g} s") from None
                finally:
                    # Too late or cancelled: the mail will come again, so it must not go out now.
                    line.hang_up()

    async def close(self) -> None:
        """Leave the server; what is on its way has its own timeouts."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            lines, self._idle = list(self._idle), deque[_Line]()
        for line in lines:
            _leave(line)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, message: EmailMessage, holder: _Line) -> None:
        try:
            line = self._take(holder)
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryMailError(f"{type(error).__name__}: {error}") from None
        try:
            if holder.cut:
                raise TemporaryMailError("too late")
            _hand_over(line, message)
        finally:
            holder.server = None
            self._give_back(line, broken=holder.cut)

    def _take(self, holder: _Line) -> _Line:
        """An idle connection that still answers, or a new one; `holder` gets it as soon as it is there."""
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
            if line is None:
                break
            holder.server = line.server
            if line.mails < MAILS_A_CONNECTION and _answers(line):
                return line
            _leave(line)
        SMTP_CONNECTIONS.inc()
        try:
            return _Line(self._connect(holder))
        except (smtplib.SMTPException, OSError):
            if holder.server is not None:
                holder.server.close()
            raise

    def _give_back(self, line: _Line, *, broken: bool) -> None:
        line.used_at = time.monotonic()
        if broken or line.server is None or line.server.sock is None:
            _leave(line)
            return
        with self._lock:
            self._idle.append(line)
            old = self._idle[0]
            stale = old.used_at + IDLE_SECONDS < line.used_at
            if stale:
                self._idle.popleft()
        if stale:
            _leave(old)

    def _connect(self, holder: _Line) -> smtplib.SMTP:
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=STEP_SECONDS, context=self._context()
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=STEP_SECONDS)
        holder.server = server
        if self._scheme == "smtp+starttls":
            server.starttls(context=self._context())
        if self._user:
            server.login(self._user, self._password)
        return server

    def _context(self) -> ssl.SSLContext:
        """Read anew for every connection, so that a renewed authority needs no restart."""
        return ssl.create_default_context(cafile=self._ca_file)


def _hand_over(line: _Line, message: EmailMessage) -> None:
    """One mail over the connection. Raises MailError; after a refusal the connection is good for the next mail."""
    server = line.server
    if server is None:
        raise TemporaryMailError("no connection")
    line.mails += 1
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        lasting = all(code >= _SERVER_FAILED for code in codes)
        kind = PermanentMailError if lasting else TemporaryMailError
        raise kind(f"recipient refused: {codes}") from None
    except smtplib.SMTPDataError as error:
        lasting = error.smtp_code >= _SERVER_FAILED
        kind = PermanentMailError if lasting else TemporaryMailError
        raise kind(f"mail refused: {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise PermanentMailError(f"the server can't carry it: {error}") from None
    except smtplib.SMTPSenderRefused as error:
        raise TemporaryMailError(f"sender refused: {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        server.close()
        raise TemporaryMailError(f"{type(error).__name__}: {error}") from None


def _answers(line: _Line) -> bool:
    """Whether a connection that was idle is still there."""
    if line.server is None or time.monotonic() - line.used_at > IDLE_SECONDS:
        return False
    try:
        return line.server.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _leave(line: _Line) -> None:
    """Say goodbye; how the server takes it changes nothing about the mails."""
    server = line.server
    if server is None or server.sock is None:
        return
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
