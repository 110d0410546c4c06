"""A chat's events over REST, closed: what no socket brings any more."""

from dataclasses import dataclass

from nexync_client.inbox import Seen, seen_event
from nexync_client.rest import Rest
from nexync_contracts import message_endpoints, rest
from nexync_contracts.ids import ChatId


@dataclass(frozen=True, slots=True)
class History:
    """Events and skips of a chat as one reader may see them, and the head that they lead to."""

    head: int
    pieces: tuple[Seen, ...]


async def history(client: Rest, chat: ChatId, *, after: int = 0, at_least: int = 0) -> History:
    """All events and skips after `after`, ascending, closing up to the head. Raises RefusedError."""
    pieces: list[Seen] = []
    while True:
        query: dict[str, int | str] = {"after": after, "limit": 200}
        if at_least:
            query["at_least"] = at_least
        page = await client.call(
            message_endpoints.EVENTS, rest.EventsPage, path={"chat": chat}, query=query
        )
        found = [seen_event(record) for record in page.events]
        found += [Seen(skip.from_seq, skip.to_seq) for skip in page.skips]
        pieces += sorted(found, key=lambda piece: piece.first)
        if page.to <= after or page.to >= page.head:
            return History(page.head, tuple(pieces))
        after = page.to
