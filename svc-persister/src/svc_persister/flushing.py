"""The flusher's thread: one flush at a time to Postgres, and what may be produced only after the commit.

Queues: jobs to the thread hold at most one flush (the engine waits for its end before the next) and the
commands of taken partitions; results hold at most one. Postgres away: the same flush is tried again until
it is through, the engine keeps its bounds meanwhile.
"""

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from nexync_contracts.ids import Stream
from nexync_runtime import log
from svc_persister.errors import StoreAwayError
from svc_persister.metrics import Metrics
from svc_persister.ports import FlushDone, Store
from svc_persister.rows import DerivedKey, DerivedRow, Portion

BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0)
IDLE_SECONDS = 0.1


class CommandProducer(Protocol):
    """Produces derived commands in order; used by the flusher's thread alone."""

    def produce(
        self, partition: int, stream: Stream, value: bytes, on_done: Callable[[], None]
    ) -> None:
        """Queue one command; `on_done` is called from `poll` once Kafka has it."""
        ...

    def poll(self, timeout: float) -> int:
        """Serve confirmations; how many commands are still on their way."""
        ...

    def close(self, timeout: float) -> None: ...


class _Produce(NamedTuple):
    partition: int
    rows: Sequence[DerivedRow]


class Flusher:
    """Implements the engine's `Flushing` port."""

    def __init__(self, *, store: Store, producer: CommandProducer, metrics: Metrics) -> None:
        self._store = store
        self._producer = producer
        self._metrics = metrics
        self._jobs: queue.Queue[Sequence[Portion] | _Produce] = queue.Queue(maxsize=4096)
        self._done: queue.Queue[FlushDone] = queue.Queue(maxsize=1)
        self._confirmed: dict[int, list[DerivedKey]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._log = log.get("flusher")
        self.away = False
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="flusher", daemon=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Ask the thread to end and wait for it; a flush that Postgres doesn't answer is given up."""
        self._stop.set()
        self._thread.join(timeout)

    def submit(self, portions: Sequence[Portion]) -> None:
        self._jobs.put(portions, timeout=5.0)

    def produce(self, partition: int, derived: Sequence[DerivedRow]) -> None:
        if derived:
            self._jobs.put(_Produce(partition, derived), timeout=5.0)

    def done(self, timeout: float) -> FlushDone | None:
        try:
            return self._done.get(timeout=timeout) if timeout > 0 else self._done.get_nowait()
        except queue.Empty:
            return None

    def confirmed(self, partition: int) -> list[DerivedKey]:
        with self._lock:
            return self._confirmed.pop(partition, [])

    def _run(self) -> None:
        waiting = 0
        while not self._stop.is_set():
            try:
                job = self._jobs.get(timeout=0.005 if waiting else IDLE_SECONDS)
            except queue.Empty:
                waiting = self._producer.poll(0.0)
                continue
            if isinstance(job, _Produce):
                self._send(job.partition, job.rows)
            else:
                self._flush(job)
            waiting = self._producer.poll(0.0)
        self._producer.close(2.0)

    def _flush(self, portions: Sequence[Portion]) -> None:
        started = time.perf_counter()
        try:
            if not self._write(portions):
                return
            for portion in portions:
                self._send(portion.partition, portion.derived)
        except Exception as error:  # noqa: BLE001 - carried to the engine, which stops the process
            self._done.put(FlushDone(portions, error))
            return
        self._metrics.flush_seconds.observe(time.perf_counter() - started)
        self._metrics.flush_events.observe(sum(len(portion.events) for portion in portions))
        self._done.put(FlushDone(portions, None))

    def _write(self, portions: Sequence[Portion]) -> bool:
        """True once committed; False if the thread was stopped before."""
        tries = 0
        while not self._stop.is_set():
            try:
                if tries == 0 or not self._store.committed(portions):
                    self._store.flush(portions)
            except StoreAwayError as error:
                if not self.away:
                    self._log.warning("flush waits for Postgres", reason=str(error))
                self.away = True
                self._stop.wait(BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)])
                tries += 1
            else:
                if self.away:
                    self._log.info("Postgres answers again")
                self.away = False
                return True
        return False

    def _send(self, partition: int, rows: Sequence[DerivedRow]) -> None:
        for row in rows:
            key = DerivedKey(row.log_offset, row.position)
            self._producer.produce(
                row.target_partition,
                row.stream,
                row.envelope,
                lambda key=key: self._confirm(partition, key),
            )

    def _confirm(self, partition: int, key: DerivedKey) -> None:
        self._metrics.derived.inc()
        with self._lock:
            self._confirmed.setdefault(partition, []).append(key)
