"""State Redis: windows and Pub/Sub, one round trip a batch."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from nexync_contracts.channels import marker_key
from nexync_contracts.ids import Stream
from nexync_runtime.redis_client import authority
from svc_persister.adapters import scripts
from svc_persister.errors import FencedError, WindowsAwayError
from svc_persister.faults import Faults
from svc_persister.ports import Append, Claim, LastEvent, Notice, WindowEvent

KEEP: Final = 100
"""Newest events of a stream that stay in its window although Postgres has them."""

EXPIRE_SECONDS: Final = 3_600
CHUNK_EVENTS: Final = 128
CHUNK_BYTES: Final = 512 << 10
CHUNK_STREAMS: Final = 200
TIMEOUT_SECONDS: Final = 1.0
T = TypeVar("T")


class RedisWindows:
    """Implements the `Windows` port; used by the consumer's thread alone."""

    def __init__(self, url: str, *, faults: Faults, ca_file: Path | None = None) -> None:
        client: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - partial types of redis-py
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            **authority(url, ca_file),
        )
        self._redis = client
        self._faults = faults
        self._shas = {
            script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
            for script in (
                scripts.APPEND,
                scripts.BEGIN,
                scripts.REWRITE,
                scripts.FORWARD,
                scripts.FINISH,
                scripts.TRIM,
            )
        }

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def append(self, appends: Sequence[Append], notices: Sequence[Notice]) -> Mapping[int, bool]:
        calls: list[tuple[Any, ...]] = []
        owners: list[int] = []
        for one in appends:
            for call in self._append_calls(one):
                calls.append(call)
                owners.append(one.claim.partition)
        answers = self._run(scripts.APPEND, calls, notices)
        stands = {one.claim.partition: True for one in appends}
        for partition, answer in zip(owners, answers, strict=True):
            self._check(partition, answer)
            stands[partition] &= answer == b"ok"
        return stands

    def _append_calls(self, one: Append) -> Iterable[tuple[Any, ...]]:
        """The last call alone moves the position to `after`; those before it keep what they found."""
        chunks = list(_chunks(one.events)) or [[]]
        key, epoch = marker_key(one.claim.partition), self._epoch(one.claim)
        for number, chunk in enumerate(chunks):
            after = one.after if number == len(chunks) - 1 else one.before
            arguments: list[Any] = [one.claim.run, epoch, one.before, after]
            for event in chunk:
                arguments += (event.stream, event.n, event.payload, "1" if event.silent else "0")
            yield (key, *arguments)

    def begin(self, claim: Claim) -> int | None:
        key = marker_key(claim.partition)
        (answer,) = self._run(scripts.BEGIN, [(key, claim.run, self._epoch(claim))])
        self._check(claim.partition, answer)
        return int(answer) if answer else None

    def rewrite(
        self, claim: Claim, heads: Sequence[LastEvent], events: Sequence[WindowEvent]
    ) -> None:
        key, epoch = marker_key(claim.partition), self._epoch(claim)
        for chunk in _pieces(heads, CHUNK_STREAMS):
            flat = [x for head in chunk for x in head]
            (answer,) = self._run(scripts.FORWARD, [(key, epoch, *flat)])
            self._check(claim.partition, answer)
        for piece in _chunks(events):
            arguments = [x for event in piece for x in (event.stream, event.n, event.payload, "")]
            (answer,) = self._run(scripts.REWRITE, [(key, epoch, *arguments)])
            self._check(claim.partition, answer)

    def finish(self, claim: Claim, flushed: int, position: int) -> None:
        key = marker_key(claim.partition)
        call = (key, claim.run, self._epoch(claim), flushed, position)
        (answer,) = self._run(scripts.FINISH, [call])
        self._check(claim.partition, answer)

    def trim(self, claim: Claim, flushed: int, seqs: Mapping[Stream, int]) -> bool:
        key, epoch = marker_key(claim.partition), self._epoch(claim)
        calls: list[tuple[Any, ...]] = []
        for piece in list(_pieces(list(seqs.items()), CHUNK_STREAMS)) or [[]]:
            flat = [x for item in piece for x in item]
            calls.append((key, claim.run, epoch, flushed, KEEP, EXPIRE_SECONDS, *flat))
        answers = self._run(scripts.TRIM, calls)
        for answer in answers:
            self._check(claim.partition, answer)
        return all(answer == b"ok" for answer in answers)

    def _epoch(self, claim: Claim) -> int:
        """The claim's epoch; with the planted fault `fence_off` whatever the marker carries."""
        if not self._faults.fence_off:
            return claim.epoch
        try:
            found: Any = self._redis.hget(marker_key(claim.partition), "epoch")
        except (RedisError, OSError) as error:
            raise WindowsAwayError(f"Redis: {error}") from error
        return max(claim.epoch, int(found or 0))

    def _run(
        self, script: str, calls: Sequence[tuple[Any, ...]], notices: Sequence[Notice] = ()
    ) -> list[bytes]:
        """Run a script once a call, each with one key, then publish the notices: one round trip."""
        if not calls and not notices:
            return []
        try:
            answers = self._pipeline(script, calls, notices)
            if any(isinstance(answer, NoScriptError) for answer in answers):
                self._redis.script_load(script)
                answers = self._pipeline(script, calls, ())
        except (RedisError, OSError) as error:
            self._redis.connection_pool.disconnect()
            raise WindowsAwayError(f"Redis: {error}") from error
        for answer in answers:
            if isinstance(answer, Exception):
                raise WindowsAwayError(f"Redis: {answer}") from answer
        return [cast("bytes", answer) for answer in answers[: len(calls)]]

    def _pipeline(
        self, script: str, calls: Sequence[tuple[Any, ...]], notices: Sequence[Notice]
    ) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command("EVALSHA", self._shas[script], 1, *call)
        for notice in notices:
            pipeline.execute_command("PUBLISH", notice.channel, notice.payload)
        answers: list[Any] = pipeline.execute(raise_on_error=False)
        return answers

    def _check(self, partition: int, answer: bytes) -> None:
        if answer == b"fenced" and not self._faults.fence_off:
            raise FencedError(f"partition {partition}: another persister publishes for it")


def _chunks(events: Sequence[WindowEvent]) -> Iterable[list[WindowEvent]]:
    """Pieces small enough that no script holds Redis up: 128 events or 512 KiB."""
    chunk: list[WindowEvent] = []
    size = 0
    for event in events:
        chunk.append(event)
        size += len(event.payload)
        if len(chunk) == CHUNK_EVENTS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _pieces(items: Sequence[T], size: int) -> Iterable[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
