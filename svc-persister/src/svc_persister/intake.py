"""Records enter their partition's backlog: each once, in order, without a gap."""

from nexync_runtime import log
from svc_persister import reading
from svc_persister.ports import LogRecord, Source
from svc_persister.sequencing import Sequencer


class Intake:
    """Checks the offsets of what the consumer delivers.

    A gap may be a record that was dropped on the way to us, so the consumer is sent back once. If it comes
    with the same gap again, the log itself has nothing there.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._gaps: dict[int, tuple[int, int]] = {}
        self._turn = 0
        self._log = log.get("intake")

    def turn(self) -> None:
        """A new batch: what comes now was fetched after the last seek."""
        self._turn += 1

    def accept(self, sequencer: Sequencer, record: LogRecord) -> None:
        """Read a record into the backlog, unless it is there already. Raises UnknownTagError."""
        backlog = sequencer.backlog
        expected = sequencer.read_position
        if record.offset < expected:
            return
        if record.offset > expected and not self._known_gap(record, expected):
            return
        self._gaps.pop(record.partition, None)
        backlog.append(reading.read(record))

    def _known_gap(self, record: LogRecord, expected: int) -> bool:
        gap = self._gaps.get(record.partition)
        if gap is None or gap[0] != expected:
            if self._source.seek(record.partition, expected):
                self._gaps[record.partition] = (expected, self._turn)
            return False
        if gap[1] == self._turn:
            return False
        self._log.warning(
            "the log has no records here",
            partition=record.partition,
            first=expected,
            next=record.offset,
        )
        return True
