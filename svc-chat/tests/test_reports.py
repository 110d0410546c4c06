"""Reports: of what one sees, once each, so many a day, with the text as it was."""

import asyncio
import uuid
from dataclasses import dataclass, field

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of
from pydantic import ValidationError

from nexync_contracts.events import MemberAdded, MessageCreated, Role
from nexync_contracts.ids import ChatId, PersonId, ReportId
from nexync_contracts.limits import REPORT_CHARS, REPORTS_A_DAY
from nexync_contracts.message_events import MessageDeleted, MessageEdited
from nexync_contracts.report_rest import ReportBody, ReportReason
from nexync_runtime.postgres import Pool
from svc_chat.adapters.reports import PostgresReports
from svc_chat.errors import InvalidError, NotAnAdminError, NothingThereError, TooManyError
from svc_chat.looking import Looking
from svc_chat.ports import PersonRow
from svc_chat.reporting import Report, Reporting, Said
from svc_chat.timeline import Timelines

SPAM = ReportReason.SPAM


@dataclass
class Kept:
    """A store that remembers, and people of whom Eve doesn't exist."""

    reports: list[Report] = field(default_factory=list[Report])

    async def keep(self, report: Report) -> bool:
        self.reports.append(report)
        return len(self.reports) == 1

    async def person(self, viewer: PersonId, person: PersonId) -> PersonRow | None:
        return None if person == EVE else PersonRow(person, viewer[:3], "x", "none")


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def world() -> World:
    """Bob's message 3 was edited, 4 was deleted; Eve joined after both."""
    made = World()
    made.create(ADA, BOB)
    made.say()
    made.append(MessageCreated(body="rude"), BOB)
    made.append(MessageCreated(body="gone"), BOB)
    made.append(MessageEdited(target=3, body="ruder"), BOB)
    made.append(MessageDeleted(target=4), BOB)
    made.append(MemberAdded(person=EVE, role=Role.MEMBER))
    return made


def reporting(world: World, kept: Kept) -> Reporting:
    return Reporting(Timelines(reading_of(world)), kept, kept)


def about(target: int, chat: ChatId = CHAT) -> ReportBody:
    return ReportBody(chat=chat, target=target, reason=SPAM)


async def test_a_message_is_kept_as_the_reporter_sees_it_now(world: World, kept: Kept) -> None:
    done = await reporting(world, kept).report(ADA, about(3))
    assert (done.again, kept.reports) == (
        False,
        [Report(ADA, BOB, SPAM, "", Said(CHAT, 3, "ruder", 30))],
    )
    assert (await reporting(world, kept).report(ADA, about(3))).again


async def test_what_one_does_not_see_cannot_be_reported(world: World, kept: Kept) -> None:
    """Deleted, no message, not there, from before one joined, or a chat of others; nor oneself."""
    asked = reporting(world, kept)
    for person, target in ((ADA, 4), (ADA, 1), (ADA, 99), (EVE, 3)):
        with pytest.raises(NothingThereError):
            await asked.report(person, about(target))
    with pytest.raises(NothingThereError):
        await asked.report(PersonId(str(uuid.uuid4())), about(3))
    with pytest.raises(NothingThereError):
        await asked.report(ADA, ReportBody(person=EVE, reason=SPAM))
    for body in (
        about(2),
        ReportBody(person=ADA, reason=SPAM),
        ReportBody(reason=SPAM),
        ReportBody(chat=CHAT, reason=SPAM),
        ReportBody(person=BOB, chat=CHAT, target=3, reason=SPAM),
    ):
        with pytest.raises(InvalidError):
            await asked.report(ADA, body)
    assert kept.reports == []


def test_a_comment_is_plain_and_short() -> None:
    for comment in ("x" * (REPORT_CHARS + 1), "turned \u202e around"):
        with pytest.raises(ValidationError):
            ReportBody(person=BOB, reason=SPAM, comment=comment)
    assert ReportBody(person=BOB, reason=SPAM, comment=" two\nlines ").comment == "two\nlines"


def fresh() -> PersonId:
    return PersonId(str(uuid.uuid4()))


@pytest.mark.real
async def test_the_same_is_one_report_whose_evidence_stays(pool: Pool) -> None:
    """A second one changes reason and comment alone, and is listed for those who look into it."""
    store, reporter, person = PostgresReports(pool), fresh(), fresh()
    chat = ChatId(str(uuid.uuid4()))
    first = Report(reporter, person, SPAM, "", Said(chat, 3, "rude", 1_000))
    again = Report(reporter, person, ReportReason.ABUSE, "look", Said(chat, 3, "nice", 1_000))
    alone = Report(reporter, person, SPAM, "the person")
    kept = [await store.keep(one) for one in (first, again, alone, alone)]
    assert kept == [True, False, True, False]
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT reason, comment, seq, said, reports_of_person FROM reports_open"
            " WHERE person_id = %s",
            (person,),
        )
        assert await cursor.fetchall() == [
            ("abuse", "look", 3, "rude", 2),
            ("spam", "the person", None, None, 2),
        ]
        await connection.execute(
            "UPDATE reports SET handled_at = now() WHERE person = %s", (person,)
        )
        cursor = await connection.execute(
            "SELECT FROM reports_open WHERE person_id = %s", (person,)
        )
        assert await cursor.fetchall() == []


@pytest.mark.real
async def test_so_many_a_day_however_many_come_at_once(pool: Pool) -> None:
    """Another person has a limit of their own; a repetition counts for none; after a day there is room."""
    store, reporter, last = PostgresReports(pool), fresh(), fresh()
    reports = [Report(reporter, fresh(), SPAM, "") for _ in range(REPORTS_A_DAY + 5)]
    done = await asyncio.gather(*map(store.keep, reports), return_exceptions=True)
    assert sum(one is True for one in done) == REPORTS_A_DAY
    assert sum(isinstance(one, TooManyError) for one in done) == 5
    there = next(report for report, one in zip(reports, done, strict=True) if one is True)
    assert not await store.keep(there)
    assert await store.keep(Report(fresh(), last, SPAM, ""))
    with pytest.raises(TooManyError) as refused:
        await store.keep(Report(reporter, last, SPAM, ""))
    assert 86_000 < refused.value.seconds <= 86_400
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE reports SET reported_at = now() - interval '25 hours' WHERE person = %s",
            (there.person,),
        )
    assert await store.keep(Report(reporter, last, SPAM, ""))


class Hand:
    """Ada is an administrator, while svc-auth answers."""

    def __init__(self) -> None:
        self.away = False

    async def is_admin(self, person: PersonId) -> bool:
        if self.away:
            raise ConnectionError
        return person == ADA


@pytest.mark.real
async def test_what_waits_is_for_administrators_alone(pool: Pool) -> None:
    """The oldest first with its evidence; closed once, it is off the list, and who was first stays written."""
    store = PostgresReports(pool)
    bob = PersonId(str(uuid.uuid4()))
    said = Said(CHAT, 3, "ruder", 1_800_000_000_000)
    reporters = [PersonId(str(uuid.uuid4())) for _ in range(2)]
    await store.keep(Report(reporters[0], bob, SPAM, "look", said))
    await store.keep(Report(reporters[1], bob, ReportReason.ABUSE, ""))
    roles = Hand()
    looking = Looking(store, roles)
    with pytest.raises(NotAnAdminError):
        await looking.waiting(BOB)
    page = await looking.waiting(ADA)
    mine = [one for one in page.reports if one.person == bob]
    assert [(one.said, one.seq, one.reason, one.of_person) for one in mine] == [
        ("ruder", 3, SPAM, 2),
        (None, None, ReportReason.ABUSE, 2),
    ]
    first = mine[0].report
    with pytest.raises(NotAnAdminError):
        await looking.close(BOB, first, "192.0.2.9")
    await looking.close(ADA, first, "192.0.2.1")
    assert await store.close(first, EVE, "192.0.2.2")
    after = await looking.waiting(ADA)
    assert after.waiting == page.waiting - 1
    assert first not in {one.report for one in after.reports}
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT handled_by::text FROM reports WHERE id = %s", (first,)
        )
        assert await cursor.fetchone() == (ADA,)
        cursor = await connection.execute(
            "SELECT actor::text, action, address, at > now() - interval '1 minute' FROM audit_log"
            " WHERE subject = %s",
            (bob,),
        )
        assert await cursor.fetchall() == [(ADA, "report.closed", "192.0.2.1", True)]
    with pytest.raises(NothingThereError):
        await looking.close(ADA, ReportId(str(uuid.uuid4())), "192.0.2.1")
    roles.away = True
    with pytest.raises(ConnectionError):
        await looking.waiting(ADA)
