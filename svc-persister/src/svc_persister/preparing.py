"""Before deciding: load what queued records need from Postgres, by one query each, or cut before them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nexync_contracts.ids import Stream
from nexync_runtime import log
from nexync_streams.deciding import Seen
from svc_persister.errors import StoreAwayError
from svc_persister.ports import Lookup, Store
from svc_persister.reading import Poison, Readable
from svc_persister.sequencing import Sequencer


@dataclass(frozen=True, slots=True)
class Ready:
    """Records that can be decided now, by partition, with the earlier outcomes that were found."""

    items: list[tuple[Sequencer, list[Readable | Poison]]]
    found: Mapping[str, Seen]


class Preparing:
    """Knows how much may be decided and what that needs."""

    def __init__(self, store: Store, *, most: int, most_bytes: int, retry_seconds: float) -> None:
        self._store = store
        self._most = most
        self._most_bytes = most_bytes
        self._retry_seconds = retry_seconds
        self._retry_at = 0.0
        self._away = False
        self._log = log.get("preparing")

    def prepare(self, owned: Collection[Sequencer], now: float) -> Ready:
        """What can be decided now: all queued records, or those before the first that needs Postgres."""
        room = self._room(owned)
        streams: dict[Stream, Sequencer] = {}
        lookups: dict[str, Lookup] = {}
        for sequencer, queued in room:
            for item in queued:
                if isinstance(item, Readable):
                    if sequencer.needs_stream(item):
                        streams[item.envelope.stream] = sequencer
                    lookup = sequencer.needs_lookup(item)
                    if lookup is not None:
                        lookups.setdefault(lookup.key, lookup)
        found = self._ask(streams, list(lookups.values()), now)
        if found is None:
            return Ready([(one, self._known_prefix(one, queued)) for one, queued in room], {})
        return Ready(room, found)

    def _room(
        self, owned: Collection[Sequencer]
    ) -> list[tuple[Sequencer, list[Readable | Poison]]]:
        room: list[tuple[Sequencer, list[Readable | Poison]]] = []
        for sequencer in owned:
            space = self._most - sequencer.unflushed
            if sequencer.unflushed_bytes >= self._most_bytes:
                space = 0
            if sequencer.backlog and space > 0:
                room.append((sequencer, list(sequencer.backlog)[:space]))
        return room

    def _ask(
        self, streams: Mapping[Stream, Sequencer], lookups: Sequence[Lookup], now: float
    ) -> Mapping[str, Seen] | None:
        """One query for all unknown streams, one for all look-ups; None while Postgres is away."""
        if not streams and not lookups:
            return {}
        if now < self._retry_at:
            return None
        try:
            if streams:
                loaded = self._store.load(list(streams))
                for stream, sequencer in streams.items():
                    sequencer.learn(stream, loaded.get(stream))
            found: Mapping[str, Seen] = self._store.find(lookups) if lookups else {}
        except StoreAwayError as error:
            self._retry_at = now + self._retry_seconds
            if not self._away:
                self._away = True
                self._log.warning("records wait for Postgres", reason=str(error))
            return None
        self._away = False
        return found

    def _known_prefix(
        self, sequencer: Sequencer, queued: Sequence[Readable | Poison]
    ) -> list[Readable | Poison]:
        prefix: list[Readable | Poison] = []
        for item in queued:
            if isinstance(item, Readable) and (
                sequencer.needs_stream(item) or sequencer.needs_lookup(item) is not None
            ):
                break
            prefix.append(item)
        return prefix
