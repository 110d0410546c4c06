"""Files over the wires, with two gateways: up in parts, with a message, down for members alone."""

import pytest

from nexync_contracts import (
    attachment_endpoints,
    endpoints,
    export_endpoints,
    message_endpoints,
    search_endpoints,
)
from nexync_contracts.attachment_rest import PictureBody, Purpose, UploadView
from nexync_contracts.attachments import AttachmentKind
from nexync_contracts.errors import ProblemCode, RejectCode
from nexync_contracts.events import ChatKind, MessageCreated, PictureChanged
from nexync_contracts.export_rest import ExportLine
from nexync_contracts.ids import AttachmentId, ChatId, chat_stream
from nexync_contracts.limits import ALT_CHARS, ATTACHMENT_PART_BYTES
from nexync_contracts.message_rest import DeleteMessageBody
from nexync_contracts.profile_rest import OwnProfile
from nexync_contracts.rest import CommandDone, PeoplePage
from nexync_contracts.search_rest import SearchPage
from nexync_e2e import files
from nexync_e2e.client import Device, Person, RefusedError
from nexync_e2e.person import befriend
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def statuses(chat: ChatId, file: AttachmentId, message: int, *people: Person) -> list[int]:
    return [(await files.download(one, chat, file, message)).status_code for one in people]


async def test_an_image_reaches_the_members_and_nobody_else(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """At once after the event, which told its size; made anew; not after a removal or a deletion; found by has:."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Photos")
    stream = chat_stream(chat)
    one = Device(ann, where.gateways[:1], name="ann")
    two = Device(bob, where.gateways[1:2], name="bob")
    async with one.running(), two.running():
        photo = await files.upload(ann, "cat.jpg", files.png())
        await one.send(chat, "", (photo.id,))
        await two.caught_up(stream, 2)
        event = two.inboxes[stream].pieces[-1].event
        assert event == MessageCreated(body="", attachments=(photo,))
        assert (photo.kind, photo.name, photo.width, photo.height) == (
            AttachmentKind.IMAGE,
            "cat.png",
            12,
            8,
        )
        answer = await files.download(bob, chat, photo.id, 2)
        assert answer.status_code == 200
        assert b"SECRET" not in answer.content
        assert len(answer.content) == photo.size
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"].startswith("nosniff")
        assert answer.headers["content-disposition"].startswith("inline;")
        assert "sandbox" in answer.headers["content-security-policy"]
        tag = {"If-None-Match": answer.headers["etag"]}
        assert (await files.download(bob, chat, photo.id, 2, headers=tag)).status_code == 304
        assert (await files.download(bob, chat, photo.id, 2, "thumb")).status_code == 200
        assert await statuses(chat, photo.id, 2, cid) == [404]
        assert await statuses(chat, photo.id, 1, ann, bob) == [404, 404]
        await ann.timeline(chat, at_least=2)
        page = SearchPage(hits=())
        while not page.hits:
            page = await ann.rest.call(
                search_endpoints.SEARCH, SearchPage, query={"q": "has:image", "chat": chat}
            )

        assert [hit.seq for hit in page.hits] == [2]
        assert page.hits[0].attachments == (photo,)
        await ann.remove_member(chat, bob.id)
        assert await statuses(chat, photo.id, 2, ann, bob) == [200, 404]
        body = DeleteMessageBody(target=2)
        await ann.rest.call(
            message_endpoints.DELETE_MESSAGE, CommandDone, path={"chat": chat}, body=body
        )
        assert await statuses(chat, photo.id, 2, ann) == [404]


async def test_what_an_image_shows_is_said_until_it_is_sent(
    where: Wires, ann: Person, bob: Person
) -> None:
    """In the event, in the history, in the export and in a copy; words that are too long are told so."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    photo = await files.upload(ann, "boat.png", files.png())
    words = "A red boat on a lake, “Anna” on its bow 🚣"
    long = await ann.rest.raw(
        attachment_endpoints.DESCRIBE_ATTACHMENT,
        path={"attachment": photo.id},
        json={"alt": "x" * (ALT_CHARS + 1)},
    )
    assert (long.status_code, long.json()["issues"][0]["path"]) == (422, ["body", "alt"])
    described = await files.describe(ann, photo.id, words)
    assert described == photo.model_copy(update={"alt": words})
    one = Device(ann, where.gateways[:1], name="ann")
    two = Device(bob, where.gateways[1:2], name="bob")
    async with one.running(), two.running():
        await one.send(chat, "", (photo.id,))
        await two.caught_up(stream, 2)
        said = MessageCreated(body="", attachments=(described,))
        assert two.inboxes[stream].pieces[-1].event == said
        with pytest.raises(RefusedError) as refused:
            await files.describe(ann, photo.id, "too late")
        assert refused.value.code is ProblemCode.CONFLICT
        page = await bob.timeline(chat, at_least=2)
        assert page.items[-1].event == said
        assert (await files.copy(bob, chat, photo.id, 2)).alt == words
    answer = await bob.rest.raw(export_endpoints.EXPORT, path={"chat": chat})
    last = ExportLine.model_validate_json(answer.content.splitlines()[-1])
    assert last.record.event == said


async def test_a_file_goes_on_where_it_was_and_is_only_saved(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Larger than one request may carry; what a browser would run comes as bytes to be saved; ranges are read."""
    page = b"<!doctype html><script>alert(1)</script>" + b" " * ATTACHMENT_PART_BYTES
    view = await files.begin(ann, "page.html", len(page))
    await files.write(ann, view.id, 0, page[:ATTACHMENT_PART_BYTES])
    with pytest.raises(RefusedError) as refused:
        await files.write(ann, view.id, 0, page[:ATTACHMENT_PART_BYTES])
    assert refused.value.code is ProblemCode.CONFLICT
    with pytest.raises(RefusedError) as refused:
        await files.write(ann, view.id, ATTACHMENT_PART_BYTES, page + page)
    assert refused.value.code is ProblemCode.TOO_LARGE
    asked = await ann.rest.call(
        attachment_endpoints.ATTACHMENT, UploadView, path={"attachment": view.id}
    )
    assert asked.received == ATTACHMENT_PART_BYTES
    await files.write(ann, view.id, asked.received, page[asked.received :])
    file = await files.finish(ann, view.id)
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    one = Device(ann, where.gateways[:1], name="ann")
    async with one.running():
        await one.send(chat, "read this", (file.id,))
        await one.settled()
    answer = await files.download(bob, chat, file.id, 2, headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, page[10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(page)}"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


async def test_what_is_not_ones_own_is_not_sent_and_a_copy_is(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """Another's file, or one that isn't ready, rejects the message; a copy is for who sees the message with it."""
    await befriend(bob, cid)
    with_ann = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    with_cid = await bob.create_chat(ChatKind.PRIVATE, (cid.id,))
    photo = await files.upload(ann, "cat.png", files.png())
    one = Device(ann, where.gateways[:1], name="ann")
    two = Device(bob, where.gateways[1:2], name="bob")
    async with one.running(), two.running():
        stolen = await two.send(with_cid, "look", (photo.id,))
        waiting = await files.begin(bob, "a.txt", 3)
        early = await two.send(with_cid, "soon", (waiting.id,))
        await two.settled()
        assert [sending.code for sending in (stolen, early)] == [RejectCode.NO_SUCH_ATTACHMENT] * 2
        with pytest.raises(RefusedError):
            await files.copy(bob, with_ann, photo.id, 2)
        await one.send(with_ann, "", (photo.id,))
        await two.caught_up(chat_stream(with_ann), 2)
        with pytest.raises(RefusedError):
            await files.copy(cid, with_ann, photo.id, 2)
        mine = await files.copy(bob, with_ann, photo.id, 2)
        await two.send(with_cid, "", (mine.id,))
        await two.settled()
    assert await statuses(with_cid, mine.id, 2, bob, cid, ann) == [200, 200, 404]


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"GIF89a<script>"])
async def test_what_only_says_that_it_is_an_image_is_refused(ann: Person, content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        await files.upload(ann, "cat.png", content)
    assert refused.value.code is ProblemCode.FILE_REFUSED


async def test_people_and_groups_have_pictures(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """A person's is seen by who sees the person, a group's by its members, from the event on."""
    picture = await files.upload(ann, "me.png", files.png(60, 40), purpose=Purpose.PICTURE)
    body = PictureBody(picture=picture.id)
    profile = await ann.rest.call(attachment_endpoints.SET_PERSON_PICTURE, OwnProfile, body=body)
    assert profile.picture == picture.id
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Faces")
    view = await bob.chat(chat)
    assert {one.person: one.picture for one in view.members} == {ann.id: picture.id, bob.id: None}
    page = await bob.rest.call(endpoints.CONNECTIONS, PeoplePage)
    assert {one.person: one.picture for one in page.people}[ann.id] == picture.id
    asked = {"person": ann.id, "picture": picture.id, "variant": "thumb"}
    answer = await bob.rest.raw(attachment_endpoints.PERSON_PICTURE, path=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    two = Device(bob, where.gateways[1:2], name="bob")
    async with two.running():
        group = await files.upload(ann, "us.png", files.png(), purpose=Purpose.PICTURE)
        done = await ann.rest.call(
            attachment_endpoints.SET_CHAT_PICTURE,
            CommandDone,
            path={"chat": chat},
            body=PictureBody(picture=group.id),
        )
        await two.caught_up(chat_stream(chat), done.seq)
        assert two.inboxes[chat_stream(chat)].pieces[-1].event == PictureChanged(picture=group.id)
        asked = {"chat": chat, "picture": group.id, "variant": "original"}
        read = [
            await one.rest.raw(attachment_endpoints.CHAT_PICTURE, path=asked) for one in (bob, cid)
        ]
        assert [one.status_code for one in read] == [200, 404]
        assert (await bob.chat(chat)).picture == group.id
