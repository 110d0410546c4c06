"""What a reconcile run can end with, apart from success. Each message is one line that says what to do."""


class ReconcileError(Exception):
    """The desired state was not reached."""


class RefusedError(ReconcileError):
    """The change would lose data or rewrite history; a human has to decide. Trying again does not help."""


class UnreachableError(ReconcileError):
    """A backend did not answer in time. Trying again may help."""
