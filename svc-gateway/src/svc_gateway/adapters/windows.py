"""Redis state through redis-py: heads, windows, ended sessions; many questions, few round trips."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import redis.asyncio
from redis.exceptions import RedisError

from nexync_contracts.channels import (
    SEEN_SECONDS,
    ended_session_key,
    head_key,
    seen_key,
    stream_channel,
    window_key,
)
from nexync_contracts.ids import PersonId, SessionId, Stream
from svc_gateway.errors import BackendAwayError
from svc_gateway.ports import Happened, Range

BULK: Final = 256
"""Windows read in one pipeline."""

CONCURRENT: Final = 4
"""Pipelines at the same time; others wait their turn."""

Answer = list[bytes | None] | BackendAwayError


class RedisWindows:
    """Reads what the persister keeps in Redis."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client
        self._values = Values(client)
        self._turns = asyncio.Semaphore(CONCURRENT)

    async def heads(self, streams: Sequence[Stream]) -> Mapping[Stream, tuple[int, int]]:
        """One MGET."""
        if not streams:
            return {}
        values = await self._values.get([head_key(stream) for stream in streams])
        found: dict[Stream, tuple[int, int]] = {}
        for stream, value in zip(streams, values, strict=True):
            head = None if value is None else parse_head(value)
            if head is not None:
                found[stream] = head
        return found

    async def windows(self, wanted: Sequence[tuple[Stream, int, int]]) -> Mapping[Stream, Range]:
        """The newest `count` of each, by LRANGE in pipelines."""
        found: dict[Stream, Range] = {}
        for start in range(0, len(wanted), BULK):
            bulk = wanted[start : start + BULK]
            try:
                async with (
                    self._turns,
                    self._client.pipeline(transaction=False) as pipeline,
                ):
                    for stream, _, count in bulk:
                        pipeline.lrange(window_key(stream), -count, -1)
                    answers = cast("list[list[bytes]]", await pipeline.execute())
            except (RedisError, OSError) as error:
                raise BackendAwayError(f"redis: {type(error).__name__}") from None
            for (stream, _, _), entries in zip(bulk, answers, strict=True):
                read = parse_window(entries)
                if read is not None:
                    found[stream] = read
        return found

    async def ended(self, session: SessionId) -> bool:
        """Whether the session's mark is there."""
        (value,) = await self._values.get([ended_session_key(session)])
        return value is not None


class RedisNotices:
    """Publishes what nobody keeps."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def publish(self, stream: Stream, payload: bytes) -> None:
        """One PUBLISH."""
        try:
            await self._client.publish(stream_channel(stream), payload)
        except (RedisError, OSError) as error:
            raise BackendAwayError(f"redis: {type(error).__name__}") from None


class RedisSeen:
    """Writes who is here."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client

    async def seen(self, people: Sequence[PersonId], unix_seconds: int) -> None:
        """One pipeline; the keys go by themselves after SEEN_SECONDS."""
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for person in people:
                    pipeline.set(seen_key(person), unix_seconds, ex=SEEN_SECONDS)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            raise BackendAwayError(f"redis: {type(error).__name__}") from None


class Values:
    """MGET, one at a time: what is asked meanwhile goes together into the next one."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._client: Any = client
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[list[str], asyncio.Future[Answer]]] = []

    async def get(self, keys: list[str]) -> list[bytes | None]:
        """The values in the order of the keys. Raises BackendAwayError."""
        mine: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, mine))
        async with self._turn:
            if not mine.done():
                await self._read()
        answer = mine.result()
        if isinstance(answer, BackendAwayError):
            raise BackendAwayError(str(answer))
        return answer

    async def _read(self) -> None:
        asked, self._waiting = self._waiting, []
        values: list[bytes | None] = []
        failure = BackendAwayError("redis: cancelled")
        try:
            values = await self._client.mget([key for keys, _ in asked for key in keys])
        except (RedisError, OSError) as error:
            failure = BackendAwayError(f"redis: {type(error).__name__}")
        finally:
            at = 0
            for keys, future in asked:
                future.set_result(values[at : at + len(keys)] if values else failure)
                at += len(keys)


def parse_head(value: bytes) -> tuple[int, int] | None:
    """(epoch, seq) of `<epoch>:<seq>:<n>`, or None for anything else."""
    try:
        epoch, seq, _ = value.split(b":")
        return int(epoch), int(seq)
    except ValueError:
        return None


def parse_window(entries: Sequence[bytes]) -> Range | None:
    """A window is dense by seq, so only its two ends are parsed; None if it is empty or its ends disagree."""
    if not entries:
        return None
    try:
        first, last = json.loads(entries[0]), json.loads(entries[-1])
        low, high, epoch = int(first["seq"]), int(last["seq"]), int(last["epoch"])
        if int(first["epoch"]) != epoch or high - low + 1 != len(entries):
            return None
    except (ValueError, KeyError, TypeError):
        return None
    return Range(epoch, high, [Happened(low + at, frame) for at, frame in enumerate(entries)])
