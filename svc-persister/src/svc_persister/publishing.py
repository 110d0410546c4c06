"""Live delivery: what was decided goes to the windows and to Pub/Sub at once, or is kept until Redis is back.

A partition's windows are *known* while its marker in Redis is exactly the one that we wrote last. If it is
not (Redis was away, emptied, restored; another owner before us), they are rewritten: heads that Postgres
has passed are moved forward, everything unflushed is appended and published again (readers drop what they
have), and only then the marker is set.
"""

import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from nexync_runtime import log
from svc_persister.errors import StoreAwayError, WindowsAwayError
from svc_persister.metrics import Metrics
from svc_persister.ports import Append, Claim, Notice, Store, Windows
from svc_persister.rows import Portion
from svc_persister.sequencing import Made, Sequencer

HELD_NOTICES = 5_000
"""Outcomes kept while Redis is away; when full the oldest is forgotten: its sender asks again on reconnect."""

RETRY_SECONDS = 0.5
TOUCH_SECONDS = 1.0


@dataclass(slots=True)
class _Window:
    sequencer: Sequencer
    claim: Claim
    position: int
    known: bool = False
    retry_at: float = 0.0
    notices: deque[Notice] = field(default_factory=lambda: deque[Notice](maxlen=HELD_NOTICES))


class Publisher:
    """The windows of the owned partitions."""

    def __init__(self, *, windows: Windows, store: Store, metrics: Metrics) -> None:
        self._windows = windows
        self._store = store
        self._metrics = metrics
        self._run = secrets.token_hex(8)
        self._owned: dict[int, _Window] = {}
        self._touch_at = 0.0
        self._log = log.get("publisher")
        self._away = False

    @property
    def away(self) -> bool:
        """Whether the windows of any partition are unknown: Postgres must be written fast meanwhile."""
        return any(not window.known for window in self._owned.values())

    def own(self, sequencer: Sequencer) -> None:
        """A partition was taken; its windows are unknown until they are rewritten."""
        claim = Claim(sequencer.partition, self._run, sequencer.epoch)
        self._owned[sequencer.partition] = _Window(sequencer, claim, sequencer.next_offset)

    def disown(self, partition: int) -> None:
        """The partition is no longer ours."""
        self._owned.pop(partition, None)

    def publish(self, made: Mapping[int, Made], now: float) -> bool:
        """Publish what was just decided. True if windows had to be rewritten: flush at once."""
        appends: list[Append] = []
        notices: list[Notice] = []
        for partition, one in made.items():
            window = self._owned[partition]
            if not window.known:
                window.notices.extend(one.notices)
                continue
            after = window.sequencer.next_offset
            appends.append(Append(window.claim, window.position, after, one.events))
            notices.extend(one.notices)
        self._append(appends, notices, made)
        return self._rewrite_unknown(now)

    def tick(self, now: float) -> bool:
        """Once a second look whether the markers still stand, and try again where they don't."""
        if now >= self._touch_at:
            self._touch_at = now + TOUCH_SECONDS
            known = [one for one in self._owned.values() if one.known]
            self._append(
                [Append(one.claim, one.position, one.position, ()) for one in known], [], {}
            )
        return self._rewrite_unknown(now)

    def _append(
        self, appends: list[Append], notices: list[Notice], made: Mapping[int, Made]
    ) -> None:
        if not appends:
            return
        try:
            stands = self._windows.append(appends, notices)
        except WindowsAwayError as error:
            self._lost(error)
            for append in appends:
                window = self._owned[append.claim.partition]
                window.known = False
                one = made.get(append.claim.partition)
                if one is not None:
                    window.notices.extend(one.notices)
            return
        for append in appends:
            window = self._owned[append.claim.partition]
            window.position = append.after
            if not stands[append.claim.partition]:
                window.known = False

    def _rewrite_unknown(self, now: float) -> bool:
        rewritten = False
        for window in self._owned.values():
            if window.known or now < window.retry_at:
                continue
            window.retry_at = now + RETRY_SECONDS
            try:
                rewritten |= self._rewrite(window)
            except (WindowsAwayError, StoreAwayError) as error:
                self._lost(error)
                break
        unknown = sum(1 for window in self._owned.values() if not window.known)
        self._metrics.windows_unknown.set(unknown)
        if unknown == 0 and self._away:
            self._away = False
            self._metrics.redis_away.set(0)
            self._log.info("windows are complete again")
        return rewritten

    def _rewrite(self, window: _Window) -> bool:
        sequencer = window.sequencer
        since = self._windows.begin(window.claim)
        heads = (
            self._store.heads_since(sequencer.partition, sequencer.log_epoch, since)
            if since is not None
            else ()
        )
        events = sequencer.unpublished()
        self._windows.rewrite(window.claim, heads, events)
        self._windows.finish(window.claim, sequencer.flushed, sequencer.next_offset)
        window.position, window.known = sequencer.next_offset, True
        notices = list(window.notices)
        window.notices.clear()
        if notices:
            self._windows.append((), notices)
        self._metrics.rewrites.inc()
        self._log.info(
            "windows rewritten",
            partition=sequencer.partition,
            events=len(events),
            heads=len(heads),
        )
        return bool(events)

    def _lost(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            self._metrics.redis_away.set(1)
            self._log.warning("live delivery waits for Redis", reason=str(error))

    def flushed(self, sequencer: Sequencer, portion: Portion, now: float) -> None:
        """Postgres has this portion: windows may forget it."""
        window = self._owned.get(sequencer.partition)
        if window is None or not window.known:
            return
        seqs = {stream: state.head for stream, state in portion.heads.items()}
        try:
            if not self._windows.trim(window.claim, portion.to_offset, seqs):
                window.known = False
        except WindowsAwayError as error:
            window.known = False
            window.retry_at = now + RETRY_SECONDS
            self._lost(error)
