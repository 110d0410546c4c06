"""What the use cases of svc-chat refuse, as exceptions; routes turn them into problems."""

from nexync_contracts.errors import RejectCode
from nexync_contracts.ids import CommandId


class NothingThereError(Exception):
    """No such thing, or nothing that this person may know of: both are answered alike."""


class NotYetError(Exception):
    """The answer doesn't include what was asked for yet; ask again in a moment."""


class OutcomeUnknownError(Exception):
    """The command was handed over or not, its outcome isn't known: repeat it with the same id."""

    def __init__(self, command: CommandId) -> None:
        super().__init__(f"no outcome of {command} in time")
        self.command = command


class RefusedError(Exception):
    """The sequencer rejected the command. That outcome never changes."""

    def __init__(self, code: RejectCode) -> None:
        super().__init__(code.value)
        self.code = code


class NotConnectedError(Exception):
    """An accepted connection is missing between these people."""


class ClosedError(Exception):
    """The other person takes no request of this one: by a setting or a block, which is not told apart."""


class NotAnAdminError(Exception):
    """Only for who runs the instance."""


class NotProvedError(Exception):
    """Who sits at the page has not shown just now that it is theirs."""


class InvalidError(Exception):
    """The request contradicts itself. `path` names the field."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class WindowsAwayError(Exception):
    """The store of the windows can't be reached: nobody sees anything live at the moment."""


class TooManyError(Exception):
    """The person has done this as often as one may for now; `seconds` until once more is possible."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class UnmovedError(Exception):
    """It can't be said that something has changed, so the change must not be answered."""


class ConflictError(Exception):
    """The thing is not in the state that the request takes it to be in; the message says in which."""


class FileRefusedError(Exception):
    """The content of a file isn't what it must be; the message says why."""


class QuotaFullError(Exception):
    """The person's files would take more than `quota` bytes."""

    def __init__(self, quota: int) -> None:
        super().__init__(f"one's files may take {quota} bytes")
        self.quota = quota


class ObjectsAwayError(Exception):
    """The object store doesn't answer, or not as it should."""


class StoreAwayError(Exception):
    """Postgres doesn't answer; said by tasks that go on later."""


class BusyError(Exception):
    """A bound is reached; nothing was taken."""


class TooSlowError(Exception):
    """A search took longer than it may."""
