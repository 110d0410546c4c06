"""How far a device says it is, until that is confirmed; and how far it was told others are."""

from dataclasses import dataclass, field
from typing import Final

from nexync_contracts import frames, limits
from nexync_contracts.ids import ChatId, PersonId

_AGAIN_SECONDS: Final = 2.0
"""Sooner than a page says it again, so that a run under faults doesn't wait for it."""


@dataclass(slots=True)
class Said:
    """The farthest that was said of one chat; `at` is when it went out last, None for not on this socket."""

    read: int = 0
    delivered: int = 0
    at: float | None = None


@dataclass(slots=True)
class Marks:
    """All chats of one device."""

    said: dict[ChatId, Said] = field(default_factory=dict[ChatId, Said])
    confirmed: dict[ChatId, Said] = field(default_factory=dict[ChatId, Said])
    told: dict[tuple[ChatId, PersonId], frames.Receipt] = field(
        default_factory=dict[tuple[ChatId, PersonId], frames.Receipt]
    )

    def say(self, chat: ChatId, *, read: int = 0, delivered: int = 0) -> None:
        """Something further is to be said."""
        said = self.said.setdefault(chat, Said())
        if read > said.read or delivered > said.delivered:
            said.at = None
        said.read, said.delivered = max(said.read, read), max(said.delivered, delivered)

    def due(self, now: float) -> frames.MarkFrame | None:
        """What goes out now: new, or not confirmed for long."""
        marks: list[frames.ChatMark] = []
        for chat in self.unconfirmed:
            said = self.said[chat]
            if len(marks) < limits.CHAT_MARKS and (
                said.at is None or now - said.at > _AGAIN_SECONDS
            ):
                said.at = now
                marks.append(
                    frames.ChatMark(
                        chat=chat, read=said.read or None, delivered=said.delivered or None
                    )
                )
        return frames.MarkFrame(marks=tuple(marks)) if marks else None

    @property
    def unconfirmed(self) -> list[ChatId]:
        """Chats of which less is confirmed than was said."""
        nothing = Said()
        return [
            chat
            for chat, said in self.said.items()
            if (kept := self.confirmed.get(chat, nothing)).read < said.read
            or kept.delivered < said.delivered
        ]

    def reconnected(self) -> None:
        """Nobody knows what the socket before has brought there."""
        for said in self.said.values():
            said.at = None

    def marked(self, frame: frames.MarkedFrame) -> None:
        """So much can't be lost any more."""
        for mark in frame.marks:
            kept = self.confirmed.setdefault(mark.chat, Said())
            kept.read = max(kept.read, mark.read or 0)
            kept.delivered = max(kept.delivered, mark.delivered or 0)

    def hear(self, frame: frames.ReceiptsFrame) -> None:
        """Others are further; of two words the larger counts."""
        for one in frame.marks:
            before = self.told.get((frame.chat, one.person), one)
            self.told[frame.chat, one.person] = frames.Receipt(
                person=one.person,
                read=max(one.read, before.read),
                read_at=max(one.read_at, before.read_at),
                delivered=max(one.delivered, before.delivered),
                delivered_at=max(one.delivered_at, before.delivered_at),
            )
