"""How far people are, over two gateways: told to those who look, kept for all, hidden from who hides."""

import pytest

from nexync_client import RefusedError
from nexync_contracts import receipt_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.frames import LookFrame
from nexync_contracts.ids import ChatId, chat_stream
from nexync_contracts.profile_endpoints import BLOCK, SET_PRIVACY
from nexync_contracts.profile_rest import PrivacyBody, PrivacyView, ReceiptAudience
from nexync_contracts.receipt_rest import ReceiptsView, SeenView
from nexync_contracts.rest import PersonView
from nexync_e2e.client import Device, Person
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until_true

pytestmark = pytest.mark.e2e


async def receipts(person: Person, chat: ChatId) -> ReceiptsView:
    return await person.rest.call(receipt_endpoints.RECEIPTS, ReceiptsView, path={"chat": chat})


async def seen(person: Person, chat: ChatId, target: int) -> SeenView:
    return await person.rest.call(
        receipt_endpoints.SEEN, SeenView, path={"chat": chat}, query={"target": target}
    )


async def test_marks_reach_who_looks_and_all_of_ones_own_devices(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Ann looks on gateway 1 while Bob gets and reads on gateway 2; his other device learns what he read."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    one = Device(ann, where.gateways[:1], name="ann")
    phone = Device(bob, where.gateways[1:2], name="bob's phone")
    desk = Device(bob, where.gateways[:1], name="bob's desk")
    async with one.running(), phone.running(), desk.running():
        await one.write_raw(LookFrame(chat=chat).model_dump_json())
        await one.send(chat, "one")
        await one.send(chat, "two")
        await one.settled()
        await phone.caught_up(chat_stream(chat), 3)
        assert (await bob.chat(chat)).unread == 2
        await phone.mark(chat, delivered=3)
        key = (chat, bob.id)
        await until_true(lambda: key in one.receipts.told, "that it has arrived")
        told = one.receipts.told[key]
        assert (told.read, told.delivered) == (0, 3)
        await phone.mark(chat, read=2)
        await until_true(lambda: one.receipts.told[key].read == 2, "that it was read")
        await until_true(lambda: bool(desk.marks), "the own mark")
        assert [mark.seq for mark in desk.marks] == [2]
        await until_true(lambda: not phone.receipts.unconfirmed, "the confirmation")
        view = await bob.chat(chat)
        assert (view.unread, view.read_seq, view.delivered_seq) == (1, 2, 3)
        (of_bob,) = (await receipts(ann, chat)).members
        assert (of_bob.person, of_bob.read, of_bob.delivered, of_bob.since) == (bob.id, 2, 3, 1)
        assert of_bob.read_at >= of_bob.delivered_at - 1 > 0
        found = await seen(ann, chat, 2)
        assert [(reader.person, reader.earlier) for reader in found.people] == [(bob.id, False)]
        assert (found.of, found.delivered, found.seen) == (1, 1, 1)
        assert (await seen(ann, chat, 3)).seen == 0
        # Late, again, and further than there is anything: it never goes back nor beyond the end.
        await phone.write_raw(f'{{"t":"mark","marks":[{{"chat":"{chat}","read":1}}]}}')
        await phone.write_raw(f'{{"t":"mark","marks":[{{"chat":"{chat}","read":4000}}]}}')
        await until_true(lambda: one.receipts.told[key].read == 3, "up to the end")
        assert (await bob.chat(chat)).read_seq == 3
        assert (one.errors, phone.errors, desk.marks[-1].seq) == ([], [], 3)


async def test_only_members_and_only_what_they_see(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Tea")
    one = Device(ann, where.gateways[:1], name="ann")
    eve = Device(cid, where.gateways[:1], name="a stranger")
    async with one.running(), eve.running():
        await one.write_raw(LookFrame(chat=chat).model_dump_json())
        await eve.write_raw(LookFrame(chat=chat).model_dump_json())
        await eve.mark(chat, read=1)
        await one.send(chat, "hello")
        await one.settled()
        two = Device(bob, where.gateways[1:2], name="bob")
        async with two.running():
            await two.mark(chat, read=2, delivered=2)
            await until_true(lambda: (chat, bob.id) in one.receipts.told, "bob's mark")
        assert eve.receipts.told == {}
        assert eve.receipts.unconfirmed == [chat]
    assert {member.person for member in (await receipts(ann, chat)).members} == {bob.id}
    await ann.remove_member(chat, bob.id)
    asked: tuple[tuple[Person, Endpoint], ...] = (
        (cid, receipt_endpoints.RECEIPTS),
        (cid, receipt_endpoints.SEEN),
        (bob, receipt_endpoints.RECEIPTS),
        (bob, receipt_endpoints.SEEN),
    )
    for person, endpoint in asked:
        query: dict[str, int | str] | None = (
            {"target": 2} if endpoint is receipt_endpoints.SEEN else None
        )
        with pytest.raises(RefusedError) as error:
            await person.rest.call(endpoint, ReceiptsView, path={"chat": chat}, query=query)
        assert error.value.code is ProblemCode.NOT_FOUND
    assert (await receipts(ann, chat)).members == ()


async def test_who_hides_theirs_sees_none_and_a_block_looks_just_the_same(
    where: Wires, ann: Person, bob: Person, cid: Person
) -> None:
    """Bob hides his, Cid is blocked by Ann: to each of them it looks as if the others told nothing."""
    for person in (ann, bob):
        await person.ask(cid.id)
        await cid.accept(person.id)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id, cid.id), "Tea")
    hidden = await bob.rest.call(
        SET_PRIVACY, PrivacyView, body=PrivacyBody(receipts=ReceiptAudience.NOBODY)
    )
    assert hidden.receipts is ReceiptAudience.NOBODY
    await ann.rest.call(BLOCK, PersonView, path={"person": cid.id})
    people = (ann, bob, cid)
    one, two, three = (
        Device(person, where.gateways[:1], name=person.username) for person in people
    )
    async with one.running(), two.running(), three.running():
        devices = (one, two, three)
        for device in devices:
            await device.write_raw(LookFrame(chat=chat).model_dump_json())
        for device in devices:
            await device.mark(chat, read=1, delivered=1)
        await until_true(
            lambda: not any(device.receipts.unconfirmed for device in devices), "confirmations"
        )
        for person, device in zip(people, devices, strict=True):
            await until_true(lambda device=device: bool(device.marks), "the own mark")
            assert (await person.chat(chat)).read_seq == 1
        # Whatever was told of these marks was told before this event came back.
        await one.send(chat, "hello")
        for device in devices:
            await device.caught_up(chat_stream(chat), 2)
        told = [{who for _, who in device.receipts.told} for device in devices]
        assert told[1] == set()
        assert (bob.id in told[0] | told[2], cid.id in told[0], ann.id in told[2]) == (False,) * 3
    assert [(await receipts(person, chat)).told for person in people] == [True, False, True]
    assert [(await receipts(person, chat)).members for person in people] == [(), (), ()]
    assert [(await seen(person, chat, 2)).of for person in (ann, cid)] == [0, 0]
