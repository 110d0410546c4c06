"""Uploads against a real Postgres, over every kind of object store; and what is collected of them."""

import asyncio
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import boto3
import image_world as images
import pytest
from files_world import ADA, BOB, QUOTA, Stage
from moto.server import ThreadedMotoServer

from nexync_contracts.attachment_rest import CreateAttachmentBody, DescribeAttachmentBody, Purpose
from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.ids import AttachmentId, PersonId
from nexync_contracts.limits import ATTACHMENT_PART_BYTES, ATTACHMENTS_WAITING
from nexync_runtime.postgres import Pool
from svc_chat.adapters.attachments import PostgresAttachments
from svc_chat.adapters.objects import ObjectFolder, S3Access, open_store
from svc_chat.attaching import place_of
from svc_chat.errors import (
    ConflictError,
    FileRefusedError,
    InvalidError,
    NothingThereError,
    ObjectsAwayError,
    QuotaFullError,
    TooManyError,
)

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def s3() -> Generator[S3Access]:
    """An S3 that speaks its protocol on a port of its own."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = S3Access(f"http://{host}:{port}", "us-east-1", "key", "secret")
    boto3.client(  # pyright: ignore[reportUnknownMemberType]
        "s3",
        endpoint_url=access.endpoint,
        region_name=access.region,
        aws_access_key_id=access.key,
        aws_secret_access_key=access.secret,
    ).create_bucket(Bucket="files")
    yield access
    server.stop()


@pytest.fixture(params=["memory", "folder", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectFolder]:
    """The same suite over each of them."""
    match request.param:
        case "memory":
            yield ObjectFolder(open_store("memory://", S3Access()))
        case "folder":
            yield ObjectFolder(open_store(f"file://{tmp_path}/files", S3Access()))
        case _:
            access: S3Access = request.getfixturevalue("s3")
            yield ObjectFolder(open_store(f"s3://files/{uuid.uuid4().hex}", access))


@pytest.fixture
async def files(pool: Pool) -> PostgresAttachments:
    async with pool.connection() as connection:
        await connection.execute(
            "TRUNCATE attachments, attachment_uses, attachment_releases, attachment_garbage"
        )
    return PostgresAttachments(pool)


@pytest.fixture
def stage(pool: Pool, files: PostgresAttachments, objects: ObjectFolder) -> Stage:
    return Stage(pool, files, objects)


@pytest.fixture
def memory(pool: Pool, files: PostgresAttachments) -> Stage:
    """For what doesn't depend on the object store."""
    return Stage(pool, files, ObjectFolder(open_store("memory://", S3Access())))


async def test_a_file_goes_up_in_parts_and_comes_down_whole(stage: Stage) -> None:
    """A lost answer is asked for; parts in the wrong place are told where it goes on; ranges are read."""
    data = bytes(range(256)) * 5_000
    file = await stage.begin(len(data), "data.bin")
    first = ATTACHMENT_PART_BYTES
    await stage.attaching.write(ADA, file, 0, data[:first])
    assert (await stage.attaching.state(ADA, file)).received == first
    with pytest.raises(ConflictError, match=str(first)):
        await stage.attaching.write(ADA, file, 0, data[:first])
    with pytest.raises(ConflictError):
        await stage.attaching.finish(ADA, file)
    with pytest.raises(NothingThereError):
        await stage.attaching.write(BOB, file, first, data[first:])
    await stage.attaching.write(ADA, file, first, data[first:])
    ready = (await stage.attaching.finish(ADA, file)).attachment
    assert ready is not None
    assert (ready.kind, ready.size, ready.name) == (AttachmentKind.FILE, len(data), "data.bin")
    assert (await stage.attaching.finish(ADA, file)).attachment == ready
    assert await stage.content(file) == data
    upload = await stage.files.upload(file, ADA)
    assert upload is not None
    chunks = await stage.objects.open(place_of(upload.content, "original"), 255, 700_000)
    assert b"".join([chunk async for chunk in chunks]) == data[255:700_000]
    await stage.collector.round()
    assert await stage.run("SELECT folder FROM attachment_garbage") == []
    assert [part for part in upload.parts if await stage.objects.get(part)] == []


async def test_an_image_has_its_variants_and_tells_its_size(stage: Stage) -> None:
    """Named by what it is, not by what it was called."""
    ready = await stage.send(images.jpeg(40, 20), "holiday.png")
    assert (ready.kind, ready.type, ready.name) == (
        AttachmentKind.IMAGE,
        "image/jpeg",
        "holiday.jpg",
    )
    assert (ready.width, ready.height) == (20, 40)
    for variant in ("original", "preview", "thumb"):
        content = await stage.content(ready.id, variant)
        assert content is not None
        assert images.SECRET not in content


@pytest.mark.parametrize(
    "hostile",
    [images.bomb(), images.jpeg()[:300], b"GIF89a" + images.PAGE],
    ids=["bomb", "cut", "page"],
)
async def test_what_is_refused_leaves_nothing_behind(stage: Stage, hostile: bytes) -> None:
    with pytest.raises(FileRefusedError):
        await stage.send(hostile, "cat.jpg")
    await stage.collector.round()
    assert await stage.there() == []
    assert await stage.run("SELECT folder FROM attachment_garbage") == []


async def test_a_page_that_is_called_an_image_is_a_file(memory: Stage) -> None:
    """And can't be a picture."""
    for data in (images.SVG, images.PAGE):
        ready = await memory.send(data, "cat.png")
        assert (ready.kind, ready.type, ready.width) == (
            AttachmentKind.FILE,
            "application/octet-stream",
            None,
        )
        with pytest.raises(FileRefusedError):
            await memory.send(data, "cat.png", purpose=Purpose.PICTURE)


async def test_two_who_write_at_once_do_not_mix(memory: Stage) -> None:
    """One of them is counted; the file is that one's."""
    file = await memory.begin(4)
    writes = [memory.attaching.write(ADA, file, 0, data) for data in (b"abcd", b"wxyz")]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert sorted(isinstance(one, ConflictError) for one in results) == [False, True]
    await memory.attaching.finish(ADA, file)
    winner = b"wxyz" if isinstance(results[0], ConflictError) else b"abcd"
    assert await memory.content(file) == winner


async def test_a_part_has_bounds(memory: Stage) -> None:
    file = await memory.begin(3)
    for bad in (b"", b"four", b"x" * (ATTACHMENT_PART_BYTES + 1)):
        with pytest.raises(InvalidError):
            await memory.attaching.write(ADA, file, 0, bad)


async def test_a_repeated_beginning_is_the_same_upload(memory: Stage) -> None:
    key = str(uuid.uuid4())
    body = CreateAttachmentBody(name="a", size=3)
    first = await memory.attaching.begin(ADA, key, body)
    assert await memory.attaching.begin(ADA, key, body) == first
    assert (await memory.attaching.begin(BOB, key, body)).id != first.id


async def test_nobody_has_more_than_the_quota(memory: Stage) -> None:
    """Counted as it is said at first, then as it is stored; also when many begin at once. Giving up makes room."""
    body = CreateAttachmentBody(name="a", size=QUOTA // 4)
    begun = [memory.attaching.begin(ADA, None, body) for _ in range(8)]
    results = await asyncio.gather(*begun, return_exceptions=True)
    assert sum(isinstance(one, QuotaFullError) for one in results) == 4
    assert (await memory.attaching.usage(ADA)).used == QUOTA
    assert (await memory.attaching.usage(BOB)).used == 0
    await memory.attaching.drop(ADA, (await memory.there())[0])
    await memory.attaching.begin(ADA, None, body)


async def test_nobody_has_too_many_that_wait(memory: Stage) -> None:
    for _ in range(ATTACHMENTS_WAITING):
        await memory.begin(1)
    with pytest.raises(TooManyError):
        await memory.begin(1)
    await memory.begin(1, by=BOB)


async def test_only_ready_ones_of_ones_own_are_admitted(memory: Stage) -> None:
    """Asked for by a gateway; from then on it can't be given up, because its message may be on the way."""
    mine = await memory.send(b"mine")
    waiting = await memory.begin(3)
    theirs = await memory.send(b"theirs", by=BOB)
    picture = await memory.send(images.plain("PNG"), "a.png", purpose=Purpose.PICTURE)
    asked = [mine.id, waiting, theirs.id, picture.id]
    assert (await memory.attaching.admit(ADA, asked)).attachments == (mine,)
    with pytest.raises(ConflictError):
        await memory.attaching.drop(ADA, mine.id)
    await memory.attaching.drop(ADA, waiting)


async def test_an_image_is_described_until_a_message_may_have_it(memory: Stage) -> None:
    """Ready images of one's own; what a gateway was told stays as it is, and a copy says the same."""
    photo = await memory.send(images.plain("PNG"), "a.png")
    assert photo.alt is None

    async def describe(file: AttachmentId, alt: str | None, by: PersonId = ADA) -> Attachment:
        view = await memory.attaching.describe(by, file, DescribeAttachmentBody(alt=alt))
        assert view.attachment is not None
        return view.attachment

    assert await describe(photo.id, "A boat") == photo.model_copy(update={"alt": "A boat"})
    assert await describe(photo.id, None) == photo
    said = 'A "red" boat,\u2028 \\ 世界'
    described = await describe(photo.id, said)
    assert described.alt == said
    assert (await memory.attaching.finish(ADA, photo.id)).attachment == described
    with pytest.raises(NothingThereError):
        await describe(photo.id, "not mine", BOB)
    half = await memory.begin(3)
    with pytest.raises(ConflictError, match="ready"):
        await describe(half, "too early")
    plain = await memory.send(b"text")
    picture = await memory.send(images.plain("PNG"), "me.png", purpose=Purpose.PICTURE)
    for file in (plain, picture):
        with pytest.raises(InvalidError) as invalid:
            await describe(file.id, "no image of a message")
        assert invalid.value.path == ("body", "alt")
    assert (await memory.attaching.admit(ADA, [photo.id])).attachments == (described,)
    with pytest.raises(ConflictError, match="message"):
        await describe(photo.id, "too late")
    upload = await memory.files.upload(photo.id, None)
    assert upload is not None
    copy = (await memory.attaching.copy(upload, BOB, None)).attachment
    assert copy is not None
    assert copy.alt == said
    assert (await describe(copy.id, "what I see", BOB)).alt == "what I see"


async def test_a_copy_has_the_content_for_as_long_as_it_needs_it(stage: Stage) -> None:
    """The first goes, the copy stays; the content goes with the last of both."""
    first = await stage.send(b"shared content", "plan.txt")
    upload = await stage.files.upload(first.id, None)
    assert upload is not None
    key = str(uuid.uuid4())
    copy = (await stage.attaching.copy(upload, BOB, key)).attachment
    assert copy is not None
    assert copy == first.model_copy(update={"id": copy.id})
    assert (await stage.attaching.copy(upload, BOB, key)).id == copy.id
    assert (await stage.attaching.usage(BOB)).used == len(b"shared content")
    await stage.attaching.drop(ADA, first.id)
    await stage.collector.round()
    assert await stage.content(copy.id) == b"shared content"
    with pytest.raises(NothingThereError):
        await stage.attaching.copy(upload, ADA, None)
    await stage.attaching.drop(BOB, copy.id)
    await stage.collector.round()
    assert await stage.objects.get(place_of(upload.content, "original")) is None


async def test_what_nothing_carries_is_collected(stage: Stage) -> None:
    """Not before its day, not what is carried, and never again a question about that until it is let go of."""
    carried, lost = await stage.send(b"carried"), await stage.send(b"lost")
    half = await stage.begin(9)
    await stage.attaching.write(ADA, half, 0, b"half")
    await stage.use(carried.id, 2)
    place = await stage.files.upload(lost.id, None)
    await stage.collector.round()
    assert len(await stage.there()) == 3
    await stage.let_time_pass()
    assert await stage.collector.round() == 3
    assert await stage.there() == [carried.id]
    assert place is not None
    assert await stage.objects.get(place_of(place.content, "original")) is None
    assert await stage.collector.round() == 0
    await stage.run("DELETE FROM attachment_uses")
    await stage.run("INSERT INTO attachment_releases VALUES (%s)", carried.id)
    await stage.collector.round()
    assert await stage.there() == []


async def test_what_was_let_go_of_but_is_on_its_way_again_stays(memory: Stage) -> None:
    """One of two messages with it is deleted, or it is just being sent once more."""
    twice, again = await memory.send(b"twice"), await memory.send(b"again")
    await memory.use(twice.id, 3)
    await memory.let_time_pass()
    await memory.attaching.admit(ADA, [again.id])
    for one in (twice, again):
        await memory.run("INSERT INTO attachment_releases VALUES (%s)", one.id)
    await memory.collector.round()
    assert set(await memory.there()) == {twice.id, again.id}
    assert await memory.run("SELECT attachment FROM attachment_releases") == []


async def test_a_picture_stays_until_there_is_another(memory: Stage) -> None:
    """Only a ready picture of one's own can be set; the one before is collected."""
    await memory.run(
        "INSERT INTO people (id, username, name, email, password_hash, partition, verified_at)"
        " VALUES (%s, 'ada', 'Ada', 'ada@example.test', 'x', 0, now()),"
        " (%s, 'bob', 'Bob', 'bob@example.test', 'x', 0, now())",
        ADA,
        BOB,
    )

    async def picture(by: PersonId = ADA) -> AttachmentId:
        data = images.plain("PNG")
        return (await memory.send(data, "me.png", purpose=Purpose.PICTURE, by=by)).id

    old, foreign = await picture(), await picture(BOB)
    photo = await memory.send(images.plain("PNG"), "a.png")
    assert await memory.files.of_person(ADA, photo.id) is None
    assert await memory.files.of_person(ADA, foreign) is None
    profile = await memory.files.of_person(ADA, old)
    assert profile is not None
    assert profile.picture == old
    assert await memory.files.is_shown(BOB, ADA, old)
    await memory.let_time_pass()
    await memory.collector.round()
    assert old in await memory.there()
    new = await picture()
    await memory.files.of_person(ADA, new)
    assert not await memory.files.is_shown(BOB, ADA, old)
    await memory.collector.round()
    assert old not in await memory.there()
    await memory.run("INSERT INTO blocks (blocker, blocked) VALUES (%s, %s)", ADA, BOB)
    assert not await memory.files.is_shown(BOB, ADA, new)


async def test_one_collects_at_a_time(memory: Stage) -> None:
    await memory.begin(1)
    await memory.let_time_pass()
    async with memory.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (0x6E65_7879_0002,))
        assert await memory.collector.round() == 0
    assert await memory.collector.round() == 1


async def test_a_store_that_is_away_is_said(pool: Pool, files: PostgresAttachments) -> None:
    """And an upload goes on where it was, when it is back."""
    nowhere = S3Access("http://127.0.0.1:9", "us-east-1", "key", "secret")
    stage = Stage(pool, files, ObjectFolder(open_store("s3://files", nowhere)))
    file = await stage.begin(3)
    with pytest.raises(ObjectsAwayError):
        await stage.attaching.write(ADA, file, 0, b"abc")
    assert (await stage.attaching.state(ADA, file)).received == 0
