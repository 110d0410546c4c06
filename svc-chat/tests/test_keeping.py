"""Kept answers: made once for many who ask, and never kept from before a change."""

import asyncio

import pytest
from keeping_world import ONE, Made, Shelf, always, at_once

from svc_chat.keeping import KEPT_BYTES, Keeping, Version
from svc_chat.pacing import Pace


async def test_the_second_who_asks_gets_what_was_kept() -> None:
    keep, made = Keeping(Shelf(), at_once), Made()
    first = await keep.answer("x", "q", always, made)
    assert await keep.answer("x", "q", always, made) == first
    assert await keep.answer("x", "other", always, made) != first
    assert made.count == 2


@pytest.mark.parametrize("made", [Made(may=False), Made(size=KEPT_BYTES)])
async def test_what_may_not_be_kept_is_made_each_time(made: Made) -> None:
    shelf = Shelf()
    keep = Keeping(shelf, at_once)
    for _ in range(2):
        await keep.answer("x", "q", always, made)
    assert (made.count, shelf.answers) == (2, {})


async def test_a_version_that_moved_meanwhile_is_not_kept() -> None:
    """What was read while a backend came or went may be of any moment."""
    shelf, found = Shelf(), iter([ONE, Version("two", 60), ONE, None])

    async def versions() -> Version | None:
        return next(found)

    keep = Keeping(shelf, at_once)
    for _ in range(2):
        await keep.answer("x", "q", versions, Made())
    assert shelf.answers == {}


async def test_an_answer_of_another_moment_than_was_asked_for_is_not_kept() -> None:
    """Where its own moment is known, nothing is asked again."""
    shelf, asked = Shelf(), 0

    async def versions() -> Version | None:
        nonlocal asked
        asked += 1
        return ONE

    async def later() -> Version | None:
        return Version("two", 60)

    keep = Keeping(shelf, at_once)
    await keep.answer("x", "q", versions, Made(), later)
    assert shelf.answers == {}
    await keep.answer("x", "other", versions, Made(), always)
    assert (len(shelf.answers), asked) == (1, 2)


async def test_many_who_ask_at_once_are_answered_by_one() -> None:
    """In one process by one flight; in another one by its lease."""
    shelf, made = Shelf(), Made()
    made.gate = asyncio.Event()
    here, there = Keeping(shelf, at_once), Keeping(shelf, lambda: Pace(sleep=asyncio.sleep))
    asked = [
        asyncio.create_task(keep.answer("x", "q", always, made))
        for keep in (here, there)
        for _ in range(50)
    ]
    for _ in range(20):
        await asyncio.sleep(0)
    made.gate.set()
    assert set(await asyncio.gather(*asked)) == {b"1   "}
    assert made.count == 1


async def test_who_waits_for_one_that_fails_or_leaves_asks_for_themselves() -> None:
    shelf, made = Shelf(), Made()
    keep = Keeping(shelf, at_once)
    gate = asyncio.Event()

    async def fails() -> tuple[bytes, bool]:
        await gate.wait()
        raise ValueError

    for leaving in (False, True):
        gate.clear()
        first = asyncio.create_task(keep.answer("x", f"q {leaving}", always, fails))
        await asyncio.sleep(0.001)
        second = asyncio.create_task(keep.answer("x", f"q {leaving}", always, made))
        await asyncio.sleep(0.001)
        if leaving:
            first.cancel()
        gate.set()
        with pytest.raises((ValueError, asyncio.CancelledError)):
            await first
        assert (await second).startswith(b"1" if not leaving else b"2")


async def test_who_leaves_takes_nobody_along() -> None:
    """The one that waits is cancelled; the one that makes the answer is not."""
    made = Made()
    made.gate = asyncio.Event()
    keep = Keeping(Shelf(), at_once)
    first = asyncio.create_task(keep.answer("x", "q", always, made))
    await asyncio.sleep(0.001)
    second = asyncio.create_task(keep.answer("x", "q", always, made))
    await asyncio.sleep(0.001)
    second.cancel()
    made.gate.set()
    assert (await first).startswith(b"1")
    assert made.count == 1


async def test_a_lease_whose_owner_died_holds_nobody_up() -> None:
    """The wait has its bound; then one asks for oneself."""
    shelf = Shelf()

    async def never(_: str) -> tuple[None, bool]:
        return None, False

    shelf.get_or_lead = never  # type: ignore[method-assign] # somebody else has every lease
    assert await Keeping(shelf, at_once).answer("x", "q", always, Made()) == b"1   "
