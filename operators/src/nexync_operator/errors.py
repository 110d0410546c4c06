"""What a reconcile run can end with, apart from success. Each message is one line that says what to do.

`reason` is the one word that conditions, events and logs carry beside the message.
"""


class ReconcileError(Exception):
    """The desired state was not reached."""

    reason = "Failed"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        if reason is not None:
            self.reason = reason


class RefusedError(ReconcileError):
    """The change would lose data or rewrite history; a human has to decide. Trying again does not help."""

    reason = "Refused"


class UnreachableError(ReconcileError):
    """A backend did not answer in time. Trying again may help."""

    reason = "Unreachable"
