"""People and connections as one person sees them. Postgres owns both; the streams get a note through the outbox."""

from collections.abc import Callable

from nexync_contracts.ids import PersonId, is_deleted
from nexync_contracts.rest import PeoplePage, PersonView
from svc_chat.errors import InvalidError, NothingThereError
from svc_chat.ports import PeopleStore, PersonRow, SuggestionStore

FOUND = 20
"""People that a search answers with at most; a longer text finds the right one."""

PAGE = 50

SUGGESTED = 12
"""People that are suggested at once."""


def view_of(row: PersonRow) -> PersonView:
    """The contract of a row."""
    return PersonView(
        person=row.person,
        username=row.username,
        name=row.name,
        relation=row.relation,
        askable=row.askable,
        bot=row.bot,
        picture=row.picture,
        deleted=is_deleted(row.username),
    )


class Relations:
    """`changed` is called after a change is committed, so that the outbox is relayed at once."""

    def __init__(
        self, people: PeopleStore, suggestions: SuggestionStore, changed: Callable[[], None]
    ) -> None:
        self._people = people
        self._suggestions = suggestions
        self._changed = changed

    async def search(self, viewer: PersonId, text: str | None) -> PeoplePage:
        """People by the beginning or a likeness of their name or username, the likeliest first."""
        wanted = (text or "").strip().lower()
        rows = await self._people.search(viewer, wanted, FOUND) if wanted else []
        return PeoplePage(people=tuple(view_of(row) for row in rows))

    async def person(self, viewer: PersonId, person: PersonId) -> PersonView:
        """One person. Raises NothingThereError."""
        return _found(await self._people.person(viewer, person))

    async def connections(self, viewer: PersonId, after: str | None) -> PeoplePage:
        """A page of everyone there is a relation to, by username; `after` is the last one of the page before."""
        rows = await self._people.connections(viewer, after, PAGE + 1)
        page = rows[:PAGE]
        following = page[-1].username if len(rows) > PAGE else None
        return PeoplePage(people=tuple(view_of(row) for row in page), next=following)

    async def ask(self, me: PersonId, other: PersonId) -> PersonView:
        """Ask to connect; accepts when the other has asked already. Repeating changes nothing.

        Raises ClosedError when the other takes no request of this person.
        """
        if me == other:
            raise InvalidError(("body", "person"), "one can't connect with oneself")
        row = _found(await self._people.ask(me, other))
        self._changed()
        return row

    async def accept(self, me: PersonId, other: PersonId) -> PersonView:
        """Accept who asked. Raises NothingThereError when that person hasn't."""
        row = _found(await self._people.accept(me, other))
        self._changed()
        return row

    async def end(self, me: PersonId, other: PersonId) -> PersonView:
        """Decline who asked, withdraw one's own asking, or part. Repeating changes nothing."""
        if me == other:
            raise InvalidError(("path", "person"), "one isn't connected with oneself")
        row = _found(await self._people.end(me, other))
        self._changed()
        return row

    async def suggestions(self, me: PersonId) -> PeoplePage:
        """People known by those one knows, the best known first; then who was here lately."""
        found = await self._suggestions.suggest(me, SUGGESTED)
        views = (view_of(row).model_copy(update={"mutual": mutual}) for row, mutual in found)
        return PeoplePage(people=tuple(views))


def _found(row: PersonRow | None) -> PersonView:
    if row is None:
        raise NothingThereError
    return view_of(row)
