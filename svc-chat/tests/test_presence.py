"""Who may know whether somebody is here, and what is said when it is not known."""

import uuid

import pytest

from nexync_contracts.channels import ONLINE_SECONDS
from nexync_contracts.ids import PersonId
from nexync_contracts.rest import PresenceView
from svc_chat.errors import NothingThereError, WindowsAwayError
from svc_chat.ports import PersonRow
from svc_chat.presence import Presences

ANA, BEN = PersonId(str(uuid.uuid4())), PersonId(str(uuid.uuid4()))
NOW = 1_800_000_030


class FakePeople:
    def __init__(self, relation: str | None) -> None:
        self._relation = relation

    async def person(self, viewer: PersonId, person: PersonId) -> PersonRow | None:
        del viewer
        relation = self._relation
        return None if relation is None else PersonRow(person, "ben", "Ben", relation)


class FakeSeen:
    def __init__(self, seen: int | None, *, away: bool = False) -> None:
        self._seen = seen
        self._away = away

    async def seen(self, person: PersonId) -> int | None:
        del person
        if self._away:
            raise WindowsAwayError
        return self._seen


def presences(relation: str | None, seen: int | None, *, away: bool = False) -> Presences:
    return Presences(FakePeople(relation), FakeSeen(seen, away=away), lambda: NOW)


@pytest.mark.parametrize("relation", ["connected", "self"])
async def test_it_is_told_to_the_minute_and_online_for_a_while(relation: str) -> None:
    here = await presences(relation, NOW - ONLINE_SECONDS + 1).of(ANA, BEN)
    assert here == PresenceView(person=BEN, online=True, seen_at=1_799_999_940_000)
    gone = await presences(relation, NOW - ONLINE_SECONDS).of(ANA, BEN)
    assert gone == PresenceView(person=BEN, online=False, seen_at=1_799_999_940_000)


@pytest.mark.parametrize("relation", ["none", "asked", "asking"])
async def test_others_are_told_nothing(relation: str) -> None:
    assert await presences(relation, NOW).of(ANA, BEN) == PresenceView(person=BEN)


async def test_what_is_not_known_is_not_said() -> None:
    nothing = PresenceView(person=BEN)
    assert await presences("connected", None).of(ANA, BEN) == nothing
    assert await presences("connected", NOW, away=True).of(ANA, BEN) == nothing
    with pytest.raises(NothingThereError):
        await presences(None, NOW).of(ANA, BEN)
