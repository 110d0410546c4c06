"""The windows in Redis."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import redis.asyncio
import redis.exceptions

from nexync_contracts.channels import head_key, marker_key, window_key
from nexync_contracts.events import EventRecord
from nexync_contracts.ids import Stream
from svc_chat.errors import WindowsAwayError
from svc_chat.ports import Window, WindowHead, WindowHeads
from svc_chat.spans import Range

SLACK: Final = 32
"""Events of one stream that may come between reading its head and reading its tail."""


def window_of(frames: Sequence[bytes], *, known: bool) -> Window:
    """A window from the frames of its list, which is dense by seq."""
    if not frames:
        return Window(known)
    first = EventRecord.model_validate_json(frames[0]).seq
    return Window(known, first, tuple(frames))


class RedisWindows:
    """Every method is one transaction, so that a window and its marker are of one moment."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client = client

    async def read(self, stream: Stream, partition: int) -> Window:
        """The whole window of a stream."""
        frames, live = await self._run(
            [("LRANGE", window_key(stream), 0, -1), ("EXISTS", marker_key(partition))]
        )
        return window_of(frames, known=live == 1)

    async def heads(self, streams: Sequence[Stream], partitions: Collection[int]) -> WindowHeads:
        """Heads of the recently active streams and the live partitions."""
        ordered = sorted(partitions)
        commands: list[tuple[Any, ...]] = [("EXISTS", marker_key(place)) for place in ordered]
        if streams:
            commands.append(("MGET", *(head_key(stream) for stream in streams)))
        answers = await self._run(commands)
        texts: list[bytes | None] = answers[-1] if streams else []
        heads = {
            stream: WindowHead(*(int(part) for part in text.split(b":")))
            for stream, text in zip(streams, texts, strict=True)
            if text is not None
        }
        live = frozenset(place for place, answer in zip(ordered, answers, strict=False) if answer)
        return WindowHeads(heads, live)

    async def tails(self, wanted: Mapping[Stream, Range]) -> Mapping[Stream, Sequence[EventRecord]]:
        """For each stream what its window holds from `low` on, also what came after `high` meanwhile.

        When more than `SLACK` came meanwhile the beginning is missing; the caller has to look.
        """
        if not wanted:
            return {}
        answers = await self._run(
            [
                ("LRANGE", window_key(stream), -(part.size + SLACK), -1)
                for stream, part in wanted.items()
            ]
        )
        tails: dict[Stream, Sequence[EventRecord]] = {}
        for (stream, part), frames in zip(wanted.items(), answers, strict=True):
            window = window_of(frames, known=True)
            tails[stream] = window.records(part.low, window.head)
        return tails

    async def _run(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                for command in commands:
                    pipe.execute_command(*command)  # pyright: ignore[reportUnknownMemberType] - redis-py's stubs
                return await pipe.execute()
        except (redis.exceptions.RedisError, OSError) as error:
            raise WindowsAwayError from error
