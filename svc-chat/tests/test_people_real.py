"""People and what is between them, against a real Postgres."""

import pytest
from postgres_world import Parts, Town, fresh

from nexync_contracts.commands import CommandEnvelope, NoteConnection
from nexync_contracts.ids import PersonId, Stream, person_stream
from nexync_runtime.postgres import Pool
from svc_chat.adapters.outbox import OutboxRelay
from svc_chat.errors import NothingThereError
from svc_chat.relations import Relations

pytestmark = pytest.mark.real


async def test_connections_from_asking_to_connected(town: Town, parts: Parts, pool: Pool) -> None:
    """Ask, ask back (which accepts), repeat: the right relation on both sides, one note a side and change."""
    ada, bob = await town.person("ada"), await town.person("bob")
    woken: list[bool] = []
    relations = Relations(parts.people, parts.suggestions, lambda: woken.append(True))
    assert (await relations.ask(ada, bob)).relation == "asked"
    assert (await relations.ask(ada, bob)).relation == "asked"
    assert (await relations.person(bob, ada)).relation == "asking"
    with pytest.raises(NothingThereError):
        await relations.accept(ada, bob)
    assert (await relations.accept(bob, ada)).relation == "connected"
    assert (await relations.accept(bob, ada)).relation == "connected"
    assert (await relations.person(ada, ada)).relation == "self"
    assert [p.relation for p in (await relations.connections(ada, None)).people] == ["connected"]
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT envelope FROM chat_outbox ORDER BY number")
        notes = [CommandEnvelope.model_validate_json(row[0]) for row in await cursor.fetchall()]
    assert {note.stream for note in notes[:2]} == {person_stream(ada), person_stream(bob)}
    changes = [
        (note.command.change, note.command.asker)
        for note in notes
        if isinstance(note.command, NoteConnection)
    ]
    assert changes == [("requested", ada)] * 2 + [("accepted", ada)] * 2
    assert woken


async def test_what_is_between_two_ends_from_either_side(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Declined, withdrawn, parted: one note a side for each, and one may ask anew."""
    ada, bob = await town.person("ada"), await town.person("bob")
    relations = Relations(parts.people, parts.suggestions, lambda: None)
    for asker, ender in ((ada, ada), (ada, bob), (bob, ada)):
        other = bob if asker == ada else ada
        await relations.ask(asker, other)
        assert (await relations.end(ender, bob if ender == ada else ada)).relation == "none"
    await relations.ask(ada, bob)
    await relations.accept(bob, ada)
    for _ in range(2):
        assert (await relations.end(bob, ada)).relation == "none"
    assert (await relations.connections(ada, None)).people == ()
    with pytest.raises(NothingThereError):
        await relations.end(ada, PersonId(fresh()))
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT envelope FROM chat_outbox WHERE stream = ANY(%s)",
            ([person_stream(ada), person_stream(bob)],),
        )
        notes = [CommandEnvelope.model_validate_json(row[0]) for row in await cursor.fetchall()]
    ended = [
        note
        for note in notes
        if isinstance(note.command, NoteConnection) and note.command.change == "ended"
    ]
    assert len(ended) == len({note.id for note in ended}) == 8


async def test_suggestions_are_who_ones_people_know_then_who_was_here_lately(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Nobody to whom there is a relation already, and never oneself."""
    ada, bob, cid, dee, eve, fay = [
        await town.person(name) for name in ("ada", "bob", "cid", "dee", "eve", "fay")
    ]
    relations = Relations(parts.people, parts.suggestions, lambda: None)
    for one, other in ((ada, bob), (ada, cid), (bob, dee), (cid, dee), (bob, eve)):
        await relations.ask(one, other)
        await relations.accept(other, one)
    async with pool.connection() as connection:
        for person in (fay, ada, bob):
            await connection.execute(
                "INSERT INTO sessions (id, person, seen_at) VALUES (%s, %s, now() + '1 hour')",
                (fresh(), person),
            )
    found = (await relations.suggestions(ada)).people
    assert [(one.person, one.mutual) for one in found][:3] == [(dee, 2), (eve, 1), (fay, 0)]
    assert not {ada, bob, cid} & {one.person for one in found}
    await relations.ask(ada, dee)
    assert dee not in {one.person for one in (await relations.suggestions(ada)).people}


async def test_search_finds_by_prefix_word_and_likeness(town: Town, parts: Parts) -> None:
    """The exact one first; wildcards in the text are text."""
    viewer = await town.person("viewer")
    await town.person("marianne", "Marianne Weber")
    await town.person("mari")
    await town.person("joe", "Joe 100%_Real")
    relations = Relations(parts.people, parts.suggestions, lambda: None)

    async def found(text: str) -> list[str]:
        return [person.username for person in (await relations.search(viewer, text)).people]

    assert await found("mari") == ["mari", "marianne"]
    assert await found("Weber") == ["marianne"]
    assert await found("mariane") == ["marianne", "mari"]
    assert await found("%") == []
    assert await found("100%_") == ["joe"]


class Recorded:
    """A log that remembers, and fails when told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, Stream]] = []
        self.fail_at: int | None = None

    async def append(self, partition: int, stream: Stream, envelope: bytes) -> None:
        if len(self.taken) == self.fail_at:
            raise TimeoutError
        self.taken.append((partition, stream))


async def test_the_outbox_is_relayed_in_order_and_survives_a_failure(
    town: Town, parts: Parts, pool: Pool
) -> None:
    """Rows leave after the delivery; a failure in the middle keeps them, repeated ones are doubles by id."""
    people = [await town.person(f"p{number}xx") for number in range(3)]
    relations = Relations(parts.people, parts.suggestions, lambda: None)
    await relations.ask(people[0], people[1])
    await relations.ask(people[0], people[2])
    log = Recorded()
    relay = OutboxRelay(pool, log)
    log.fail_at = 2
    with pytest.raises(TimeoutError):
        await relay.relay()
    log.fail_at = None
    log.taken.clear()
    assert await relay.relay() == 4
    assert {stream for _, stream in log.taken[:2]} == {person_stream(one) for one in people[:2]}
    assert await relay.relay() == 0
