"""What can go wrong with a mail or a push notification."""


class MailError(Exception):
    """The mail was not handed over."""


class TemporaryMailError(MailError):
    """Trying again may help: the server is away, busy, or refuses us as a client."""


class PermanentMailError(MailError):
    """Trying again doesn't help: the server refuses this recipient or this mail."""


class RecordError(Exception):
    """Whether a job was done can't be read or written: Postgres is away."""


class PushError(Exception):
    """Firebase did not take the notification."""


class TemporaryPushError(PushError):
    """Trying again may help. `wait_ms` is how long Firebase asks us to wait before any request, 0 if it doesn't."""

    def __init__(self, reason: str, *, wait_ms: int = 0) -> None:
        super().__init__(reason)
        self.wait_ms = wait_ms


class PermanentPushError(PushError):
    """Trying again doesn't help: the message is wrong."""


class GonePushError(PushError):
    """There is no such device any more."""


class PushSetupError(Exception):
    """The credentials can't be used; the message names the file."""


class ChatAwayError(Exception):
    """svc-chat doesn't answer, or not with what we asked for."""


class QueueAwayError(Exception):
    """RabbitMQ has not confirmed a job."""
