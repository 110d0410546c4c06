"""The schedule of changes: some of each in every short while, each turned off again, joins with and without a grant."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.ids import ChatId
from nexync_e2e.loss.cast import Group
from nexync_e2e.loss.churning import Churn, Kind, Step, rounds
from nexync_e2e.person import Person

BACK = {
    Kind.ADD: Kind.REMOVE,
    Kind.DEMOTE: Kind.PROMOTE,
    Kind.WITHDRAW: Kind.GRANT,
    Kind.UNBLOCK: Kind.BLOCK,
}


def schedule(chats: list[Group]) -> Iterator[Step]:
    """Step by step."""
    return itertools.chain.from_iterable(rounds(chats))


def somebody() -> Person:
    return cast("Person", object())


def town(groups: int, pairs: int) -> list[Group]:
    """Groups and private chats of people who do nothing."""
    people = tuple(somebody() for _ in range(4))
    return [
        *(
            Group(ChatId(f"group {number}"), people[0], people[:3], people[3])
            for number in range(groups)
        ),
        *(Group(ChatId(f"pair {number}"), people[1], people[1:3], None) for number in range(pairs)),
    ]


@given(groups=st.integers(1, 12), pairs=st.integers(0, 3), start=st.integers(0, 100))
def test_every_short_while_has_some_of_each(groups: int, pairs: int, start: int) -> None:
    """Wherever a phase begins: two rounds have each kind at least once, after the first one."""
    chats = town(groups, pairs)
    kinds = Churn(chats).kinds
    assert len(kinds) == (8 if pairs else 6)
    first = len(kinds) // 2
    window = itertools.islice(schedule(chats), first + start, first + start + 2 * len(kinds))
    assert {step.kind for step in window} == kinds


@given(groups=st.integers(2, 12), pairs=st.integers(1, 3))
def test_what_is_turned_on_is_turned_off_and_only_then_on_again(groups: int, pairs: int) -> None:
    on: set[tuple[Kind, ChatId, int]] = set()
    for step in itertools.islice(schedule(town(groups, pairs)), 500):
        key = (BACK.get(step.kind, step.kind), step.group.chat, id(step.by))
        if step.kind in BACK:
            on.discard(key)
        elif step.kind is not Kind.GRANT:
            # Of a few groups a grant may come to one that has it.
            assert key not in on
            on.add(key)


def test_people_join_with_and_without_a_grant() -> None:
    granted: set[ChatId] = set()
    joins: Counter[bool] = Counter()
    for step in itertools.islice(schedule(town(10, 3)), 800):
        if step.kind is Kind.GRANT:
            granted.add(step.group.chat)
        elif step.kind is Kind.WITHDRAW:
            granted.discard(step.group.chat)
        elif step.kind is Kind.ADD:
            joins[step.group.chat in granted] += 1
    assert min(joins[True], joins[False]) > 30


async def test_only_what_was_done_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails leaves its kind where it was."""
    churn = Churn(town(3, 1))

    async def perform(step: Step) -> None:
        if step.kind is Kind.BLOCK:
            raise ConnectionError

    monkeypatch.setattr("nexync_e2e.loss.churning.perform", perform)
    failed = ended = 0
    for _ in range(4 + 16):
        try:
            await churn.step()
        except ConnectionError:
            failed += 1
        ended += churn.between_rounds
    assert (failed, ended) == (3, 3)
    assert churn.fewest(Counter()) == 0
    assert churn.done[Kind.ADD] == 2
    before = churn.done.copy()
    assert churn.fewest(before) == 0
