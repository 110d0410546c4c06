"""Who gets which file, and how it is sent: decided by the log as it is now, whatever Postgres has of it yet."""

from typing import Any

import pytest
from chat_world import ADA, BOB, CHAT, EVE, World, reading_of
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts.attachment_rest import Purpose
from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.events import MemberRemoved, MessageCreated
from nexync_contracts.ids import AttachmentId, PersonId
from nexync_contracts.message_events import MessageDeleted, MessageEdited
from svc_chat.attaching import Stored, Upload
from svc_chat.errors import NothingThereError
from svc_chat.routes_attachments import disposition, range_of
from svc_chat.serving import Content, Serving
from svc_chat.timeline import Timelines, Wanted

CAT = AttachmentId("0e000000-0000-4000-8000-000000000001")
DOG = AttachmentId("0e000000-0000-4000-8000-000000000002")
FACTS = Attachment(
    id=CAT, kind=AttachmentKind.IMAGE, name="cat.jpg", type="image/jpeg", size=5, width=4, height=3
)


class Kept:
    """Every id is a ready upload of Ada's."""

    async def upload(self, file: AttachmentId, owner: PersonId | None) -> Upload:
        assert owner is None
        facts = FACTS.model_copy(update={"id": file})
        variants = {"original": Stored("image/jpeg", 5), "thumb": Stored("image/webp", 2)}
        return Upload(file, ADA, Purpose.MESSAGE, "cat.jpg", 7, 5, (), "place", facts, variants)


def serving_of(world: World) -> Serving:
    parts: Any = Kept()
    nothing: Any = None
    return Serving(
        timelines=Timelines(reading_of(world)),
        chats=nothing,
        stored=nothing,
        attachments=parts,
        pictures=nothing,
        attaching=nothing,
    )


async def gets(world: World, person: PersonId, file: AttachmentId = CAT, message: int = 2) -> bool:
    try:
        await serving_of(world).of_message(person, CHAT, file, message, "original")
    except NothingThereError:
        return False
    return True


def talk(*, flushed: bool = False) -> World:
    """Ada and Bob, and a message of Ada's with a file; without a flush only the window has it."""
    world = World()
    world.create(ADA, BOB)
    world.append(MessageCreated(body="", attachments=(FACTS,)))
    if flushed:
        world.flush()
    return world


@pytest.mark.parametrize("flushed", [False, True])
async def test_members_get_the_files_of_the_messages_that_carry_them(flushed: bool) -> None:
    """At once, also before Postgres knows of the message; nobody else, and by no other message or id."""
    world = talk(flushed=flushed)
    assert await gets(world, BOB)
    assert not await gets(world, EVE)
    assert not await gets(world, BOB, DOG)
    assert not await gets(world, BOB, message=1)
    assert not await gets(world, BOB, message=3)


@pytest.mark.parametrize("flushed", [False, True])
@pytest.mark.parametrize(
    "end",
    [MemberRemoved(person=BOB), MessageDeleted(target=2)],
    ids=["removed", "deleted"],
)
async def test_a_removal_and_a_deletion_end_it_at_that_event(
    end: MemberRemoved | MessageDeleted, flushed: bool
) -> None:
    """A former member reads what was said until then, but has no files; a deleted message has none for anybody."""
    world = talk(flushed=True)
    world.append(end)
    if flushed:
        world.flush()
    assert not await gets(world, BOB)
    assert await gets(world, ADA) == isinstance(end, MemberRemoved)


async def test_an_edit_leaves_the_files_and_a_quote_names_them() -> None:
    """On the page and in what answers it; after a deletion the quote has neither."""
    world = talk()
    world.append(MessageEdited(target=2, body="a cat"))
    world.append(MessageCreated(body="nice", reply_to=2), by=BOB)
    timelines = Timelines(reading_of(world))
    page = await timelines.page(CHAT, BOB, Wanted())
    said = page.items[1].event
    assert isinstance(said, MessageCreated)
    assert (said.body, said.attachments) == ("a cat", (FACTS,))
    assert (page.quotes[0].attachments, page.quotes[0].deleted) == ((FACTS,), False)
    assert await gets(world, BOB)
    world.append(MessageDeleted(target=2))
    page = await timelines.page(CHAT, BOB, Wanted())
    assert (page.quotes[0].attachments, page.quotes[0].deleted) == ((), True)
    assert getattr(page.items[1].event, "attachments", None) == ()


async def test_a_variant_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NothingThereError):
        await serving_of(talk()).of_message(BOB, CHAT, CAT, 2, "preview")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", (0, 10)),
        ("bytes=2-4", (2, 5)),
        ("bytes=2-400", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=10-", (10, 10)),
    ],
)
def test_the_range_that_is_asked_for(header: str | None, expected: tuple[int, int] | None) -> None:
    assert range_of(header, 10) == expected


@given(st.text(max_size=40), st.integers(0, 100))
def test_any_range_header_is_inside_of_the_file(header: str, size: int) -> None:
    found = range_of(f"bytes={header}", size)
    assert found is None or found[0] >= size or 0 <= found[0] <= found[1] <= size


@given(st.text(min_size=1, max_size=60), st.booleans())
def test_no_name_leaves_its_header(name: str, shown: bool) -> None:
    """Whatever a file is called, it ends neither the text nor the header; only images may be shown."""
    header = disposition(Content("", "image/png", 1, "", name, shown))
    kind, plain, full = header.split("; ")[0], *header.split("; ", 1)[1].rsplit("; ", 1)
    assert kind == ("inline" if shown else "attachment")
    assert header.isascii()
    assert plain.count('"') == 2
    assert full.startswith("filename*=UTF-8''")
    assert not set(header) & set("\r\n\\")
