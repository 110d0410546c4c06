"""The settings of svc-mailer; the only place that reads the environment."""

from email.utils import parseaddr
from typing import Annotated

from pydantic import AfterValidator, Field, FilePath, StringConstraints

from nexync_runtime.settings import Settings, Url


def _sender(text: str) -> str:
    if "@" not in parseaddr(text)[1]:
        raise ValueError("must be an address, or a name with an address in angle brackets")
    return text


class MailerSettings(Settings):
    """What svc-mailer reads besides the general settings."""

    chat_internal_url: Url
    fcm_credentials_file: FilePath | None = None
    """The key of a Firebase service account, JSON; without it push notifications are off."""
    fcm_url: Url = "https://fcm.googleapis.com"
    """Another address is for tests."""
    fcm_connections: Annotated[int, Field(ge=1, le=64)] = 16
    """Notifications handed over at once."""

    rabbitmq_url: Url
    postgres_url: Url
    smtp_url: Annotated[Url, StringConstraints(pattern=r"^smtps?(\+starttls)?://")]
    """`smtp://`, `smtp+starttls://` or `smtps://`, with user and password where the server wants them."""
    mail_from: Annotated[str, StringConstraints(max_length=300), AfterValidator(_sender)]
    """The sender, such as `Nexync <hello@example.org>`."""
    prefetch: Annotated[int, Field(ge=1, le=100)] = 8
    """Jobs of one queue in work at once."""
    smtp_connections: Annotated[int, Field(ge=1, le=64)] = 8
    """Connections to the mail server at once; further mails wait for one."""
