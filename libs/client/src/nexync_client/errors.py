"""What can go wrong, as one tree: `NexyncError` catches all of it."""

from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode


class NexyncError(Exception):
    """Anything that this library raises by itself."""


class RefusedError(NexyncError):
    """The server answered with a problem; `problem` is None when the answer wasn't problem+json."""

    def __init__(self, endpoint: Endpoint, status: int, problem: Problem | None, text: str) -> None:
        self.status = status
        self.problem = problem
        said = f"{problem.code}: {problem.detail or problem.title}" if problem else text[:200]
        super().__init__(f"{endpoint.method} {endpoint.path} answered {status} {said}")

    @property
    def code(self) -> ProblemCode | None:
        """The problem's stable code."""
        return self.problem.code if self.problem else None


class OutboxFullError(NexyncError):
    """So many commands wait for the server that one more is refused: slow down."""

    def __init__(self, room: int) -> None:
        super().__init__(f"{room} commands have no acknowledgement yet, which is the limit")


class EndedError(NexyncError):
    """The server closed the socket for good with this code: logged out, or a token that was taken back."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"the server ended the conversation with close code {code}")


class ContractError(NexyncError):
    """The server said what this version of the contracts doesn't know: a newer library is needed."""


class FileChangedError(NexyncError):
    """A file has another size than when its upload began."""

    def __init__(self, began: int, now: int) -> None:
        super().__init__(f"the file had {began} bytes when its upload began, and now it has {now}")


class NotConnectedError(NexyncError, ConnectionError):
    """There is no socket now."""
