"""What can go wrong with a mail."""


class MailError(Exception):
    """The mail was not handed over."""


class TemporaryMailError(MailError):
    """Trying again may help: the server is away, busy, or refuses us as a client."""


class PermanentMailError(MailError):
    """Trying again doesn't help: the server refuses this recipient or this mail."""


class RecordError(Exception):
    """Whether a job was done can't be read or written: Postgres is away."""
