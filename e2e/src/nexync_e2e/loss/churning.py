"""What changes around the messages: who comes and goes, is an admin, sees what was before, blocks whom.

By a schedule and not by chance, so that a run of a few seconds has some of each, and says how many.
"""

import itertools
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from nexync_contracts.events import History, Role
from nexync_contracts.group_endpoints import SET_HISTORY, SET_ROLE
from nexync_contracts.group_rest import HistoryBody, RoleBody
from nexync_contracts.profile_endpoints import BLOCK, UNBLOCK
from nexync_contracts.rest import CommandDone, PersonView
from nexync_e2e.loss.cast import Group
from nexync_e2e.person import Person

_T = TypeVar("_T")

_APART = 3
"""So many groups further every second grant is, so that some join under a grant and others without."""


class Kind(StrEnum):
    """One thing that changes, in one direction."""

    REMOVE = "remove"
    ADD = "add"
    PROMOTE = "promote"
    DEMOTE = "demote"
    GRANT = "grant"
    """Who joins from now on sees all that was before."""
    WITHDRAW = "withdraw"
    BLOCK = "block"
    UNBLOCK = "unblock"


class Step(NamedTuple):
    """A change of a group by its admin; of a pair by `by`, towards `person`."""

    kind: Kind
    group: Group
    by: Person
    person: Person


def rounds(groups: Sequence[Group]) -> Iterator[tuple[Step, ...]]:
    """Rounds for ever that have one of each kind: what one turns on, the next one turns off.

    The first one has nothing to turn off. Without private chats nobody blocks.
    """
    open_ = [group for group in groups if group.floating is not None]
    pairs = [group for group in groups if group.floating is None]
    away = [Step(Kind.REMOVE, one, one.admin, one.floating or one.admin) for one in open_]
    raised = [Step(Kind.PROMOTE, one, one.admin, one.steady[1]) for one in open_]
    granted = [
        Step(Kind.GRANT, one, one.admin, one.admin)
        for one in (open_[(at + _APART * (at % 2)) % len(open_)] for at in range(len(open_)))
    ]
    blocked = [
        Step(Kind.BLOCK, pair, one, other)
        for pair in pairs
        for one, other in itertools.permutations(pair.steady, 2)
    ]
    turns = [_turns(steps) for steps in (away, raised, granted, blocked) if steps]
    while turns:
        both = [next(turn) for turn in turns]
        ends = [before._replace(kind=_BACK[before.kind]) for _, before in both if before]
        yield (*(on for on, _ in both), *ends)


_BACK = {
    Kind.REMOVE: Kind.ADD,
    Kind.PROMOTE: Kind.DEMOTE,
    Kind.GRANT: Kind.WITHDRAW,
    Kind.BLOCK: Kind.UNBLOCK,
}


def _turns(things: Sequence[_T]) -> Iterator[tuple[_T, _T | None]]:
    """Each in turn, and the one before it."""
    before: _T | None = None
    for thing in itertools.cycle(things):
        yield thing, before
        before = thing


class Churn:
    """Does one step after another, and counts what was done."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._rounds = rounds(groups)
        self._open: deque[Step] = deque()
        self.kinds = frozenset(
            kind
            for kind in Kind
            if kind not in {Kind.BLOCK, Kind.UNBLOCK} or any(group.private for group in groups)
        )
        """What these chats have."""
        self.done: Counter[Kind] = Counter()

    async def step(self) -> None:
        """The next one. What fails isn't counted, and comes again in its turn. Raises as `Rest.call` does."""
        if not self._open:
            self._open.extend(next(self._rounds))
        step = self._open.popleft()
        await perform(step)
        self.done[step.kind] += 1

    @property
    def between_rounds(self) -> bool:
        """Whether the next step begins another round."""
        return not self._open

    def fewest(self, since: Counter[Kind]) -> int:
        """How often each kind was done at least."""
        return min(self.done[kind] - since[kind] for kind in self.kinds)


async def perform(step: Step) -> None:
    """Ask for it over REST. Raises RefusedError, and httpx's transport errors."""
    kind, group, by, person = step
    chat = {"chat": group.chat}
    match kind:
        case Kind.REMOVE:
            await by.remove_member(group.chat, person.id)
        case Kind.ADD:
            await by.add_member(group.chat, person.id)
        case Kind.PROMOTE | Kind.DEMOTE:
            role = Role.ADMIN if kind is Kind.PROMOTE else Role.MEMBER
            path, body = chat | {"person": person.id}, RoleBody(role=role)
            await by.rest.call(SET_ROLE, CommandDone, path=path, body=body)
        case Kind.GRANT | Kind.WITHDRAW:
            history = History.ALL if kind is Kind.GRANT else History.FROM_JOIN
            body = HistoryBody(history=history)
            await by.rest.call(SET_HISTORY, CommandDone, path=chat, body=body)
        case Kind.BLOCK | Kind.UNBLOCK:
            endpoint = BLOCK if kind is Kind.BLOCK else UNBLOCK
            await by.rest.call(endpoint, PersonView, path={"person": person.id})
