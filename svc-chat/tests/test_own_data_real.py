"""A person's files and reports in a real Postgres."""

import uuid

import pytest
from postgres_world import Town

from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.export_rest import OwnReport
from nexync_contracts.ids import AttachmentId
from nexync_contracts.report_rest import ReportReason
from nexync_runtime.postgres import Pool
from svc_chat.adapters import own_data
from svc_chat.adapters.own_data import PostgresOwnRows
from svc_chat.adapters.reports import PostgresReports
from svc_chat.reporting import Report

pytestmark = pytest.mark.real


async def test_pages_have_every_row_of_the_person_once(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of nobody else, and of files only those that are ready; at and beside the edge of a page."""
    monkeypatch.setattr(own_data, "PAGE_MAX", 2)
    town, rows = Town(pool), PostgresOwnRows(pool)
    ann, bob = await town.person("own-ann"), await town.person("own-bob")
    files: list[AttachmentId] = []
    async with pool.connection() as connection:
        for number in range(5):
            file = AttachmentId(str(uuid.uuid4()))
            facts = Attachment(
                id=file, kind=AttachmentKind.FILE, name="x", type="text/plain", size=number
            ).model_dump_json()
            await connection.execute(
                "INSERT INTO attachments (id, owner, purpose, name, size, content, facts)"
                " VALUES (%s, %s, 'message', 'x', %s, %s, %s)",
                (
                    file,
                    bob if number == 4 else ann,
                    number,
                    uuid.uuid4(),
                    None if number == 3 else facts,
                ),
            )
            files.append(file)
    found: list[AttachmentId] = []
    after: str | None = None
    for _ in range(3):
        page = await rows.files(ann, after)
        found += [one.facts.id for one in page]
        assert all(one.place.startswith("files/") for one in page)
        if len(page) < 2:
            break
        after = page[-1].facts.id
    assert found == sorted(files[:3])

    reports = PostgresReports(pool)
    others = [await town.person(f"own-{number}") for number in range(4)]
    for other in others:
        await reports.keep(Report(ann, other, ReportReason.SPAM, "often"))
    await reports.keep(Report(bob, ann, ReportReason.OTHER, "not hers"))
    reported: list[OwnReport] = []
    after = None
    for _ in range(3):
        told, after = await rows.reports(ann, after)
        reported += told
        if after is None:
            break
    assert sorted(one.person for one in reported) == sorted(others)
    assert {one.comment for one in reported} == {"often"}
    assert all(one.reported_at > 1_600_000_000_000 for one in reported)
