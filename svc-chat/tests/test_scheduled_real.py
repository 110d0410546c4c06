"""Messages for later in a real Postgres: one sender holds a row, the others pass it by."""

import uuid
from collections.abc import Callable

import pytest
from files_world import Stage
from postgres_world import Town

from nexync_contracts.commands import CreateMessage
from nexync_contracts.errors import RejectCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, ScheduledId
from nexync_contracts.limits import ATTACHMENTS_WAITING
from nexync_contracts.message_events import Mention
from nexync_runtime.postgres import Pool
from svc_chat.adapters.attachments import PostgresAttachments
from svc_chat.adapters.objects import ObjectFolder, S3Access, open_store
from svc_chat.adapters.scheduled import PostgresDue, PostgresScheduled
from svc_chat.errors import ConflictError, InvalidError, TooManyError
from svc_chat.scheduling import Scheduled

pytestmark = pytest.mark.real


def message(person: PersonId, chat: ChatId, at: int, text: str = "hello") -> Scheduled:
    mentions = (Mention(person=person, name="ada"),)
    command = CreateMessage(body=text, reply_to=2, mentions=mentions, mention_all=True)
    return Scheduled(ScheduledId(str(uuid.uuid4())), person, chat, at, command)


async def test_a_row_is_held_by_one_sender(pool: Pool) -> None:
    """Until it ends: when nothing was said about the row, the next one gets it."""
    town = Town(pool)
    ada = await town.person("ada")
    chat = await town.chat(ChatKind.GROUP, [ada], 0)
    store, due = PostgresScheduled(pool), PostgresDue(pool)
    first, second, late = (message(ada, chat, at) for at in (10, 20, 1_000))
    for one in (late, second, first):
        assert await store.add(one, 3) == one
    assert await store.add(first, 3) == first
    assert await store.add(message(ada, chat, 5), 3) is None
    assert list(await store.of(ada, chat)) == [first, second, late]

    async with due.take(100, []) as one, due.take(100, []) as other, due.take(100, []) as third:
        assert one is not None
        assert other is not None
        assert (one.message, other.message, third) == (first, second, None)
        await other.refused(RejectCode.NOT_A_MEMBER)
    async with due.take(100, [first.id]) as passed:
        assert passed is None
    async with due.take(100, []) as again:
        assert again is not None
        assert again.message == first
        await again.sent()
    assert list(await store.of(ada, chat)) == [
        second._replace(problem=RejectCode.NOT_A_MEMBER),
        late,
    ]
    changed = await store.change(ada, chat, second.id, lambda one: one._replace(at=7, problem=None))
    assert changed == second._replace(at=7)
    async with due.take(100, []) as mended:
        assert mended is not None
        assert mended.message == changed


async def test_who_is_locked_says_nothing_later(pool: Pool) -> None:
    """Not even what was written before; it waits for its author with the reason, and others' messages go on."""
    town = Town(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    store, due = PostgresScheduled(pool), PostgresDue(pool)
    locked = [message(ada, chat, at) for at in (10, 20)]
    free = message(bob, chat, 30)
    for one in (*locked, free):
        await store.add(one, 3)
    async with pool.connection() as connection:
        await connection.execute("UPDATE people SET deactivated_at = now() WHERE id = %s", (ada,))
    async with due.take(100, []) as taken:
        assert taken is not None
        assert taken.message == free
        await taken.sent()
    assert list(await store.of(ada, chat)) == [
        one._replace(problem=RejectCode.NOT_ALLOWED) for one in locked
    ]


async def test_files_are_kept_while_their_message_waits(pool: Pool) -> None:
    """Past their day; they go with the message, at once, or a day after they were asked for in order to send them."""
    town = Town(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    store, due = PostgresScheduled(pool), PostgresDue(pool)
    stage = Stage(
        pool, PostgresAttachments(pool), ObjectFolder(open_store("memory://", S3Access()))
    )
    await stage.run("TRUNCATE attachments, attachment_uses, attachment_releases")
    photo, plan = await stage.send(b"photo", by=ada), await stage.send(b"plan", by=ada)
    theirs, half = await stage.send(b"theirs", by=bob), await stage.begin(9, by=ada)

    def carries(*files: AttachmentId) -> Scheduled:
        one = message(ada, chat, 10)
        return one._replace(command=one.command.model_copy(update={"files": files}))

    for wrong in (theirs.id, half, AttachmentId(str(uuid.uuid4()))):
        with pytest.raises(InvalidError) as error:
            await store.add(carries(photo.id, wrong), 9)
        assert error.value.path == ("body", "files")
    assert list(await store.of(ada, chat)) == []
    await stage.attaching.drop(ada, half)

    first, second = carries(plan.id, photo.id, plan.id), carries(photo.id)
    kept = await store.add(first, 9)
    assert kept is not None
    assert kept.command.attachments == (plan, photo, plan)
    assert await store.add(first, 9) == kept
    assert await store.add(second, 9) is not None
    for one in (photo, plan):
        with pytest.raises(ConflictError):
            await stage.attaching.drop(ada, one.id)
    for _ in range(2):
        await stage.let_time_pass()
        await stage.collector.round()
    assert set(await stage.there()) == {photo.id, plan.id}

    assert await store.remove(ada, chat, first.id)
    await stage.collector.round()
    assert await stage.there() == [photo.id]
    async with due.take(100, []) as taken:
        assert taken is not None
        assert (await stage.files.admit(ada, taken.message.command.files)) == [photo]
        await taken.sent()
    await stage.collector.round()
    assert await stage.there() == [photo.id]
    await stage.let_time_pass()
    await stage.collector.round()
    assert await stage.there() == []


async def test_files_of_a_message_that_waits_are_exchanged(pool: Pool) -> None:
    """What comes is kept past its day, what goes is free at once, unless another message waits with it."""
    town = Town(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    store = PostgresScheduled(pool)
    stage = Stage(
        pool, PostgresAttachments(pool), ObjectFolder(open_store("memory://", S3Access()))
    )
    await stage.run("TRUNCATE attachments, attachment_uses, attachment_releases")
    photo, plan, shared = [await stage.send(name, by=ada) for name in (b"photo", b"plan", b"all")]
    theirs = await stage.send(b"theirs", by=bob)

    def carrying(*files: AttachmentId) -> Callable[[Scheduled], Scheduled]:
        return lambda one: one._replace(
            command=one.command.model_copy(update={"files": files}), at=one.at + 1
        )

    first, second = [
        carrying(*files)(message(ada, chat, 10)) for files in ((photo.id, shared.id), (shared.id,))
    ]
    assert await store.add(first, 9)
    assert await store.add(second, 9)
    with pytest.raises(InvalidError) as error:
        await store.change(ada, chat, first.id, carrying(plan.id, theirs.id))
    assert error.value.path == ("body", "files")
    changed = await store.change(ada, chat, first.id, carrying(plan.id))
    assert changed is not None
    assert changed.command.attachments == (plan,)
    assert changed in await store.of(ada, chat)
    await stage.collector.round()
    assert set(await stage.there()) == {plan.id, shared.id, theirs.id}
    await stage.let_time_pass()
    await stage.collector.round()
    assert set(await stage.there()) == {plan.id, shared.id}
    changed = await store.change(ada, chat, first.id, carrying(shared.id, plan.id))
    assert changed is not None
    assert changed.command.attachments == (shared, plan)
    again = await store.change(ada, chat, first.id, carrying())
    assert again is not None
    assert again.command.attachments == ()
    await stage.collector.round()
    assert await stage.there() == [shared.id]


async def test_files_that_wait_for_their_time_leave_room_for_others(pool: Pool) -> None:
    """A person may have so many uploads that no message carries yet; those of messages for later aren't among them."""
    town = Town(pool)
    ada = await town.person("ada")
    chat = await town.chat(ChatKind.GROUP, [ada], 0)
    store = PostgresScheduled(pool)
    stage = Stage(
        pool, PostgresAttachments(pool), ObjectFolder(open_store("memory://", S3Access()))
    )
    await stage.run("TRUNCATE attachments, attachment_uses, attachment_releases")
    photo = await stage.send(b"photo", by=ada)
    for _ in range(ATTACHMENTS_WAITING - 1):
        await stage.begin(1, by=ada)
    with pytest.raises(TooManyError):
        await stage.begin(1, by=ada)
    one = message(ada, chat, 10)
    command = one.command.model_copy(update={"files": (photo.id,)})
    await store.add(one._replace(command=command), 9)
    await stage.begin(1, by=ada)


async def test_what_one_keeps_is_one_s_own(pool: Pool) -> None:
    town = Town(pool)
    ada, bob = await town.person("ada"), await town.person("bob")
    chat = await town.chat(ChatKind.GROUP, [ada, bob], 0)
    store = PostgresScheduled(pool)
    mine = message(ada, chat, 10)
    await store.add(mine, 5)
    assert list(await store.of(bob, chat)) == []
    assert await store.change(bob, chat, mine.id, lambda one: one) is None
    assert not await store.remove(bob, chat, mine.id)
    assert await store.remove(ada, chat, mine.id)
    assert not await store.remove(ada, chat, mine.id)
