"""The metrics of the gateway: plain integers on the hot paths, read when somebody scrapes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

PREFIX = "nexync_gateway_"

_GAUGES = {
    "connections": "sockets that are open",
    "people": "people with a socket here, or a moment ago",
    "rooms": "streams that this gateway is subscribed to",
    "authority_void": "1 while memberships have to be read again before sends are taken",
}
_COUNTERS = {
    "handshakes": "handshakes that opened a socket",
    "handshakes_refused": "handshakes answered with an HTTP error",
    "deliveries": "event frames handed to sockets",
    "events": "events received in order, once a stream",
    "frames_in": "text frames from clients",
    "bad_frames": "frames that broke the contract",
    "acks": "commands that are durable",
    "retries": "sends that were told to come again",
    "rejections": "sends refused here, without a command",
    "stuck_sends": "sockets closed because a refused send did not come again before later ones",
    "holes": "holes found in a stream",
    "holes_repaired": "holes closed",
    "events_repaired": "events fetched to close holes",
    "resets": "streams that a client was told to read anew",
    "resumes": "sockets that resumed",
    "slow_readers": "sockets closed because they didn't read",
    "rests": "pauses in which a socket that sends too fast was not read",
    "dead_sockets": "sockets closed because nothing was heard",
    "edges_left": "edges that stopped listening while sockets came through them",
    "resubscribes": "subscribing connections that were made anew",
    "typing": "words about somebody who types that were passed on",
    "typing_dropped": "those that were not, because Redis didn't take them in time",
    "marks": "words of devices about how far somebody is",
    "marks_dropped": "those that were not taken, because Kafka didn't in time",
    "mark_bytes": "bytes of records about them",
    "receipts": "frames about how far others are, to those who look",
    "receipt_bytes": "bytes of these frames",
    "published_malformed": "published payloads that could not be read",
}


@dataclass(slots=True)
class Counts:
    """What the gateway counts. Gauges and counters alike are plain numbers of one thread."""

    connections: int = 0
    people: int = 0
    rooms: int = 0
    authority_void: int = 0
    handshakes: int = 0
    handshakes_refused: int = 0
    deliveries: int = 0
    events: int = 0
    frames_in: int = 0
    bad_frames: int = 0
    acks: int = 0
    retries: int = 0
    rejections: int = 0
    stuck_sends: int = 0
    holes: int = 0
    holes_repaired: int = 0
    events_repaired: int = 0
    resets: int = 0
    resumes: int = 0
    slow_readers: int = 0
    rests: int = 0
    dead_sockets: int = 0
    edges_left: int = 0
    resubscribes: int = 0
    typing: int = 0
    typing_dropped: int = 0
    marks: int = 0
    marks_dropped: int = 0
    mark_bytes: int = 0
    receipts: int = 0
    receipt_bytes: int = 0
    published_malformed: int = 0
    repair_seconds: float = 0.0
    """Summed over `holes_repaired`: from finding the hole to closing it."""


class CountsCollector(Collector):
    """Shows one `Counts` to Prometheus."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        """All families, in a fixed order."""
        for name, text in _GAUGES.items():
            yield GaugeMetricFamily(PREFIX + name, text, value=getattr(self._counts, name))
        for name, text in _COUNTERS.items():
            yield CounterMetricFamily(PREFIX + name, text, value=getattr(self._counts, name))
        yield SummaryMetricFamily(
            PREFIX + "repair_seconds",
            "time from finding a hole to closing it",
            count_value=self._counts.holes_repaired,
            sum_value=self._counts.repair_seconds,
        )
