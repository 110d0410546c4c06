"""All streams of one client: their inboxes, which of them are being read over REST, and their heads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from nexync_client.actions import Fetch
from nexync_client.inbox import Inbox
from nexync_contracts import frames, limits
from nexync_contracts.ids import Stream, is_chat_stream

CHECKED: Final = 64
"""Heads that one `check` may name; the next one names the next."""

OfStream = frames.EventFrame | frames.SkipFrame | frames.ResetFrame | frames.GoneFrame


@dataclass(slots=True)
class Streams:
    """`only` names the chats that are kept (None: all), `keep` how many pieces of each stay at hand.

    With `history` a stream that can't be continued is read from its beginning, otherwise it goes on from now.
    """

    only: frozenset[Stream] | None
    keep: int | None
    history: bool
    inboxes: dict[Stream, Inbox] = field(default_factory=dict[Stream, Inbox])
    _reading: dict[Stream, Fetch] = field(default_factory=dict[Stream, Fetch])
    _checked: int = 0

    def begin(self, heads: Mapping[Stream, frames.Head]) -> None:
        """Go on after what was seen in an earlier life."""
        for stream, (epoch, seq) in heads.items():
            self.inboxes[stream] = Inbox(epoch, seq, self.keep)

    def inbox(self, stream: Stream, epoch: int) -> Inbox:
        """The stream's inbox, made when there is none."""
        found = self.inboxes.get(stream)
        if found is None:
            found = self.inboxes[stream] = Inbox(epoch, keep=self.keep)
        return found

    def passes_over(self, frame: OfStream) -> bool:
        """Whether the frame is of a chat that isn't kept."""
        return (
            self.only is not None and is_chat_stream(frame.stream) and frame.stream not in self.only
        )

    def heads(self) -> dict[Stream, frames.Head]:
        """What to resume from: at most as many streams as a `resume` may name."""
        named = list(self.inboxes.items())[: limits.RESUME_HEADS]
        return {stream: (inbox.epoch, inbox.head) for stream, inbox in named}

    def heads_to_check(self) -> dict[Stream, frames.Head]:
        """The next few heads in turn, so that each is compared after a while."""
        names = sorted(self.inboxes)
        first = self._checked if self._checked < len(names) else 0
        chosen = names[first : first + CHECKED]
        self._checked = first + len(chosen)
        return {name: (self.inboxes[name].epoch, self.inboxes[name].head) for name in chosen}

    def is_read(self, stream: Stream) -> bool:
        """Whether the stream is being read over REST."""
        return stream in self._reading

    def reset(self, frame: frames.ResetFrame) -> Fetch | None:
        """What came so far can't be continued by the socket: what to read, if anything."""
        new = frame.stream not in self.inboxes
        inbox = self.inbox(frame.stream, frame.epoch)
        foreign = inbox.epoch != frame.epoch
        if not is_chat_stream(frame.stream) or (not self.history and (new or foreign)):
            inbox.restart(frame.epoch, frame.seq)
            return None
        if frame.stream in self._reading:
            return None
        if foreign:
            inbox.restart(frame.epoch, 0)
        fetch = Fetch(frame.stream, frame.epoch, inbox.head, frame.seq)
        self._reading[frame.stream] = fetch
        return fetch

    def read_again(self, stream: Stream) -> Fetch:
        """The same reading from where the stream is now."""
        before = self._reading[stream]
        fetch = Fetch(stream, before.epoch, self.inboxes[stream].head, before.at_least)
        self._reading[stream] = fetch
        return fetch

    def was_read(self, stream: Stream) -> None:
        """The reading is over."""
        self._reading.pop(stream, None)
