"""What a client may say on one socket, and what each frame leads to. Pure: no clock, no I/O."""

from enum import Enum
from typing import Final, NamedTuple

from pydantic import BaseModel, ValidationError

from nexync_contracts import limits
from nexync_contracts.errors import CloseCode, issues_of
from nexync_contracts.frames import (
    CheckFrame,
    DeleteFrame,
    EditFrame,
    ErrorFrame,
    LookFrame,
    MarkFrame,
    PingFrame,
    PongFrame,
    ReactFrame,
    RepairFrame,
    ResumeFrame,
    RetryFrame,
    SendFrame,
    TypingFrame,
    client_frame_adapter,
)
from svc_gateway.ordering import Order

BAD_FRAMES: Final = 10
"""Bad frames that one socket may send; the next closes it."""

CHECK_SECONDS: Final = 5.0
"""The least time between two checks; clients send one every 15 s."""

RETRY_MS: Final = 250

NOT_AGAIN: Final = "a refused send did not come again"
"""Why a socket closes whose later sends can't pass."""


class Phase(Enum):
    """A socket says `resume` once, first."""

    FRESH = 0
    RESUMED = 1


class Reply(NamedTuple):
    """Answer with this frame."""

    frame: BaseModel


class Close(NamedTuple):
    """Close the socket."""

    code: int
    reason: str


Reading = ResumeFrame | RepairFrame | CheckFrame
Asking = SendFrame | EditFrame | DeleteFrame | ReactFrame
"""Frames that become commands: each has an id, an `ack` and an outcome, in the order of sending."""

Passing = LookFrame | TypingFrame | MarkFrame
"""Frames that no step of the conversation answers."""

Step = Reading | Asking | Passing | Reply | Close


class Conversation:
    """The state of one socket's conversation. `order` says which of its sends may pass."""

    __slots__ = ("_checked_at", "bad", "order", "phase", "unacknowledged")

    def __init__(self) -> None:
        self.phase = Phase.FRESH
        self.bad = 0
        self.unacknowledged = 0
        self.order = Order()
        self._checked_at = -CHECK_SECONDS

    def receive(self, payload: bytes, now: float, time_ms: int) -> Step:
        """What one text message leads to. `now` is monotonic seconds, `time_ms` the server's Unix clock."""
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            return Close(CloseCode.INVALID_TEXT, "text frames are UTF-8")
        try:
            frame = client_frame_adapter.validate_json(text)
        except ValidationError as error:
            return self._bad(
                ErrorFrame(
                    code="invalid_frame",
                    message="the frame has no effect: it doesn't match the contract",
                    issues=issues_of(error),
                )
            )
        if self.phase is Phase.FRESH:
            if not isinstance(frame, ResumeFrame):
                return Close(CloseCode.RESUME_TIMEOUT, "the first frame is resume")
            self.phase = Phase.RESUMED
            return frame
        if isinstance(frame, Asking):
            return self._send(frame, now)
        if isinstance(frame, PingFrame):
            return Reply(PongFrame(time=time_ms))
        if isinstance(frame, ResumeFrame):
            return self._bad(ErrorFrame(code="already_resumed", message="resume comes once, first"))
        if isinstance(frame, CheckFrame):
            if now - self._checked_at < CHECK_SECONDS:
                return self._bad(
                    ErrorFrame(code="too_often", message=f"one check in {CHECK_SECONDS:.0f} s")
                )
            self._checked_at = now
        return frame

    def refused(
        self, identifier: str, turn: int, reason: str, after_ms: int = RETRY_MS
    ) -> RetryFrame:
        """The `retry` for a send that was not taken, the `turn`th; later sends wait for it."""
        self.order.refused(identifier, turn)
        return RetryFrame.model_construct(id=identifier, after_ms=after_ms, reason=reason)

    def _send(self, frame: Asking, now: float) -> Step:
        order = self.order
        order.turn += 1
        if self.unacknowledged >= limits.UNACKNOWLEDGED_SENDS:
            if order.stuck(now):
                return Close(CloseCode.RESTART, NOT_AGAIN)
            return Reply(self.refused(frame.id, order.turn, "too_many_unacknowledged"))
        self.unacknowledged += 1
        return frame

    def _bad(self, error: ErrorFrame) -> Step:
        self.bad += 1
        if self.bad > BAD_FRAMES:
            return Close(CloseCode.BAD_FRAMES, f"more than {BAD_FRAMES} bad frames")
        return Reply(error)
