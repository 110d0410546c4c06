"""All that is one person's: complete, theirs alone, and bounded."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of

from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.export_rest import AccountCopy, OwnFileLine, OwnReport
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, ScheduledId, SessionId
from nexync_contracts.limits import PAGE_MAX
from nexync_contracts.message_events import MessageDeleted, MessageEdited
from nexync_contracts.profile_rest import OwnProfile, PrivacyView
from nexync_contracts.report_rest import ReportReason
from nexync_contracts.rest import ChatsPage, ChatView, PeoplePage, PersonView
from nexync_contracts.scheduled_rest import ScheduledList, ScheduledView
from svc_chat.adapters.accounts import AuthAccounts
from svc_chat.errors import (
    BusyError,
    NothingThereError,
    NotProvedError,
    NotYetError,
    ObjectsAwayError,
)
from svc_chat.own_data import OwnData, OwnFile
from svc_chat.timeline import Timelines

GONE = ChatId("00000000-0000-4000-8000-0000000000c9")
SESSION = SessionId("00000000-0000-4000-8000-0000000000d1")


def view(chat: ChatId) -> ChatView:
    return ChatView(
        chat=chat,
        kind=ChatKind.GROUP,
        name="x",
        epoch=1,
        head=1,
        n=0,
        unread=0,
        read_seq=0,
        role=None,
        spans=(),
        members=(),
        member_count=0,
    )


class Rest:
    """Everything besides the timeline: two pages of people and of chats, three pages of files."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[tuple[PersonId, SessionId]] = []
        self.opened = 0
        self.fails: dict[str, Exception] = {}

    async def copy(self, person: PersonId, session: SessionId) -> AccountCopy:
        if self.away:
            raise NotYetError
        self.asked.append((person, session))
        return AccountCopy(person=person, username="ada", email="ada@nexync.test", password=True)

    async def own(self, me: PersonId) -> OwnProfile:
        return OwnProfile(person=me, username="ada", name="Ada Žižek", bio="moss")

    async def privacy(self, me: PersonId) -> PrivacyView:
        return PrivacyView()

    async def blocked(self, me: PersonId) -> PeoplePage:
        return PeoplePage(people=(PersonView(person=EVE, username="eve", name="Eve"),))

    async def connections(self, viewer: PersonId, after: str | None) -> PeoplePage:
        one = PersonView(person=BOB, username="bob" if after is None else "zoe", name="x")
        return PeoplePage(people=(one,), next="bob" if after is None else None)

    async def page(self, person: PersonId, after: str | None, limit: int | None) -> ChatsPage:
        if after is None:
            return ChatsPage(chats=(view(CHAT),), next="more")
        return ChatsPage(chats=(view(GONE),))

    async def files(self, person: PersonId, after: str | None) -> Sequence[OwnFile]:
        first = 0 if after is None else int(after[-12:], 16) + 1
        return [
            OwnFile(
                Attachment(
                    id=AttachmentId(f"00000000-0000-7000-8000-{number:012x}"),
                    kind=AttachmentKind.FILE,
                    name=".." if number == 7 else f"{number}.txt",
                    type="text/plain",
                    size=4,
                ),
                f"place {number}",
            )
            for number in range(first, min(first + PAGE_MAX, 2 * PAGE_MAX + 3))
        ]

    async def open(self, place: str, start: int, stop: int) -> AsyncIterator[bytes]:
        self.opened += 1
        if place in self.fails:
            raise self.fails[place]
        return _twice(place.removeprefix("place ").encode(), (start, stop))

    async def reports(
        self, person: PersonId, after: str | None
    ) -> tuple[Sequence[OwnReport], str | None]:
        one = OwnReport(person=EVE, reason=ReportReason.SPAM, reported_at=1)
        return [one], "more" if after is None else None


class Waiting:
    """One message in each chat waits for its time."""

    async def of(self, me: PersonId, chat: ChatId) -> ScheduledList:
        one = ScheduledView(
            scheduled=ScheduledId("00000000-0000-7000-8000-000000000001"),
            chat=chat,
            at=2_000_000_000_000,
            body="later",
        )
        return ScheduledList(messages=(one,))


class Chats:
    """The timeline of one chat; of the other Ada is told nothing any more."""

    def __init__(self, world: World) -> None:
        self._timelines = Timelines(reading_of(world))

    async def page(self, chat: ChatId, person: PersonId, wanted: Any) -> Any:
        if chat == GONE:
            raise NothingThereError
        return await self._timelines.page(chat, person, wanted)


async def _twice(content: bytes, asked: tuple[int, int]) -> AsyncIterator[bytes]:
    assert asked == (0, 4)
    yield content[:1]
    yield content[1:]


def own_data(world: World, rest: Rest, most: int = 2, file_bytes: int = 1 << 20) -> OwnData:
    parts: Any = rest
    timelines: Any = Chats(world)
    waiting: Any = Waiting()
    return OwnData(
        accounts=rest,
        profiles=parts,
        relations=parts,
        listing=parts,
        timelines=timelines,
        scheduling=waiting,
        rows=rest,
        contents=rest,
        most=most,
        file_bytes=file_bytes,
    )


def talk() -> World:
    """Ada's messages and Bob's, over more than a page; one of hers was edited and one deleted."""
    world = World()
    world.create(ADA, BOB)
    for number in range(PAGE_MAX):
        world.append(MessageCreated(body=f"mine {number}"))
        world.append(MessageCreated(body=f"not mine {number}"), BOB)
    world.append(MessageEdited(target=2, body="better"))
    world.append(MessageDeleted(target=4))
    world.flush()
    return world


async def unpacked(use: OwnData, person: PersonId = ADA) -> dict[str, str]:
    packed = b"".join([piece async for piece in await use.of(person, SESSION)])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


async def test_all_that_is_theirs_is_in_it_and_nothing_that_others_wrote() -> None:
    """Every page of every list; what they wrote as it is now; a chat that is closed to them is empty."""
    rest = Rest()
    found = await unpacked(own_data(talk(), rest))
    files = {name: found.pop(name) for name in list(found) if name.startswith("files/")}
    assert list(found) == [
        "README.txt",
        "account.json",
        "profile.json",
        "privacy.json",
        "people.jsonl",
        "blocked.jsonl",
        "chats.jsonl",
        f"chats/{CHAT}.jsonl",
        f"chats/{GONE}.jsonl",
        "scheduled.jsonl",
        "reports.jsonl",
        "files.jsonl",
    ]
    told = found.pop("README.txt")
    assert all(name in told for name in found if not name.startswith("chats/"))
    assert json.loads(found["account.json"])["email"] == "ada@nexync.test"
    assert "Ada Žižek" in found["profile.json"]
    assert [one["username"] for one in lines(found["people.jsonl"])] == ["bob", "zoe"]
    assert [one["username"] for one in lines(found["blocked.jsonl"])] == ["eve"]
    assert [one["chat"] for one in lines(found["chats.jsonl"])] == [CHAT, GONE]
    named = [OwnFileLine.model_validate_json(one) for one in found["files.jsonl"].splitlines()]
    assert len(named) == 2 * PAGE_MAX + 3
    assert [one.entry for one in named] == list(files)
    assert list(files.values()) == [str(number) for number in range(2 * PAGE_MAX + 3)]
    assert named[7].entry == f"files/{named[7].file.id}/file"
    assert len(lines(found["reports.jsonl"])) == 2
    assert found[f"chats/{GONE}.jsonl"] == ""
    assert [one["chat"] for one in lines(found["scheduled.jsonl"])] == [CHAT, GONE]

    said = lines(found[f"chats/{CHAT}.jsonl"])
    assert {one["record"]["by"] for one in said} == {ADA}
    bodies = [one["record"]["event"].get("body") for one in said]
    assert bodies[1:3] == ["better", ""]
    assert bodies[3:] == [f"mine {number}" for number in range(2, PAGE_MAX)]
    assert "not mine" not in "".join(found.values())
    assert rest.asked == [(ADA, SESSION)]


async def test_files_beyond_the_limit_are_named_and_not_read() -> None:
    """The last one that has room is in it, to the byte; the words tell the limit."""
    rest = Rest()
    found = await unpacked(own_data(talk(), rest, file_bytes=12))
    named = [OwnFileLine.model_validate_json(one) for one in found["files.jsonl"].splitlines()]
    inside = [one.entry for one in named[:3]]
    assert all(inside)
    assert [one.entry for one in named[3:]] == [None] * (2 * PAGE_MAX)
    assert [name for name in found if name.startswith("files/")] == inside
    assert rest.opened == 3
    assert "GiB in all" in found["README.txt"]


async def test_a_file_that_went_meanwhile_is_left_out_and_a_store_that_is_away_breaks_off() -> None:
    """Of a zip that could not be made whole nobody thinks that it is."""
    rest = Rest()
    rest.fails["place 3"] = NothingThereError()
    found = await unpacked(own_data(talk(), rest))
    assert len([name for name in found if name.startswith("files/")]) == 2 * PAGE_MAX + 2
    rest.fails["place 3"] = ObjectsAwayError("away")
    with pytest.raises(ObjectsAwayError):
        await unpacked(own_data(talk(), rest))


async def test_it_ends_with_what_was_newest_at_its_beginning() -> None:
    """However fast they write meanwhile."""
    world = talk()
    end = len(world.events)
    world.between = lambda: world.say(300) if len(world.events) < 3_000 else None
    found = await unpacked(own_data(world, Rest()))
    seqs = [one["record"]["seq"] for one in lines(found[f"chats/{CHAT}.jsonl"])]
    assert max(seqs) < end + 900


async def test_one_at_a_time_for_one_person_and_no_more_than_there_may_be() -> None:
    """Who breaks off makes room."""
    use = own_data(talk(), Rest(), most=2)
    mine = await use.of(ADA, SESSION)
    await anext(mine)
    with pytest.raises(BusyError):
        await use.of(ADA, SESSION)
    his = await use.of(BOB, SESSION)
    await anext(his)
    with pytest.raises(BusyError):
        await use.of(EVE, SESSION)
    await mine.aclose()
    again = await use.of(ADA, SESSION)
    await anext(again)
    await again.aclose()
    await his.aclose()


async def test_without_the_account_nothing_is_begun() -> None:
    """Half of it would look like all of it."""
    rest = Rest()
    rest.away = True
    with pytest.raises(NotYetError):
        await own_data(talk(), rest).of(ADA, SESSION)


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NothingThereError), (403, NotProvedError), (503, NotYetError), (200, NotYetError)],
)
async def test_svc_auth_may_know_nobody_or_be_away_or_talk_nonsense(
    status: int, error: type[Exception]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url == "http://auth/internal/accounts/export"
        assert json.loads(request.content) == {"person": ADA, "session": SESSION}
        return httpx.Response(status, json={"nothing": "of it"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(error):
            await AuthAccounts("http://auth/", client).copy(ADA, SESSION)
