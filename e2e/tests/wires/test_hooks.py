"""Webhooks over the wires: a program says something by an address alone, as long as those of the chat let it."""

import secrets
import uuid

import httpx
import pytest

from nexync_client import Rest
from nexync_contracts import (
    hook_endpoints,
    hook_rest,
    message_endpoints,
    message_rest,
    people_endpoints,
    profile_endpoints,
    rest,
)
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.events import ChatKind, HooksEnded, MessageCreated
from nexync_contracts.ids import ChatId, HookId, chat_stream
from nexync_contracts.limits import HOOK_BURST, MESSAGE_BODY_BYTES
from nexync_e2e.client import Device, Person, befriend
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def make(admin: Person, chat: ChatId, name: str) -> tuple[HookId, str]:
    """A webhook, and the path of its address."""
    secret = secrets.token_hex(16)
    body = hook_rest.MakeHookBody(secret=secret, name=name)
    done = await admin.rest.call(
        hook_endpoints.MAKE_HOOK, hook_rest.HookDone, path={"chat": chat}, body=body
    )
    return done.hook, f"/api/hooks/{chat}/{secret}"


async def test_a_program_says_something_until_its_webhook_is_revoked(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Live and in history under the webhook's name; repeated with a key once; what is wrong is named."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Build")
    hook, address = await make(ann, chat, "CI")
    stream = chat_stream(chat)
    async with (
        httpx.AsyncClient(base_url=where.page) as program,
        Device(bob, where.gateways[:1], name="bob").running() as bobs,
    ):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        for _ in range(2):
            answer = await program.post(address, json={"text": "red"}, headers=key)
            assert answer.status_code == 201, answer.text
            assert rest.CommandDone.model_validate_json(answer.content).seq == 3
        named = await program.post(address, json={"text": "green", "name": "Nightly"})
        assert named.status_code == 201
        await bobs.caught_up(stream, 4)
        said = [piece for piece in bobs.inboxes[stream].pieces if piece.first > 2]
        assert [piece.by for piece in said] == [hook, hook]
        assert [piece.event for piece in said] == [
            MessageCreated(body="red", hook="CI"),
            MessageCreated(body="green", hook="Nightly"),
        ]
        assert [one.hook for one in await hooks(ann.rest, chat)] == [hook]
        assert (await bob.chat(chat)).unread == 2

        wrong: tuple[tuple[dict[str, str], str], ...] = (
            ({"text": ""}, "text"),
            ({"text": "x" * (MESSAGE_BODY_BYTES + 1)}, "text"),
            ({"text": "x", "name": "n" * 41}, "name"),
            ({"text": "x", "colour": "red"}, "colour"),
            ({}, "text"),
        )
        for body, field in wrong:
            refused = await program.post(address, json=body)
            assert refused.status_code == 422
            assert refused.headers["Content-Type"] == "application/problem+json"
            problem = Problem.model_validate_json(refused.content)
            assert problem.issues[0].path == ("body", field)

        nowhere = [
            address[:-1] + ("0" if address[-1] != "0" else "1"),
            f"/api/hooks/{uuid.uuid4()}/{secrets.token_hex(16)}",
            address.upper().replace("/API/HOOKS/", "/api/hooks/")[:-32] + "z" * 32,
        ]
        done = await ann.rest.call(
            hook_endpoints.REVOKE_HOOK, rest.CommandDone, path={"chat": chat, "hook": hook}
        )
        assert done.seq == 5
        for path in (*nowhere, address):
            gone = await program.post(path, json={"text": "late"})
            assert (gone.status_code, path) == (404, path)
        assert await hooks(ann.rest, chat) == ()


async def test_a_webhook_is_held_to_its_pace(where: Wires, ann: Person, bob: Person) -> None:
    """Others of the group aren't: each has its own."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Build")
    _, loud = await make(ann, chat, "Loud")
    _, quiet = await make(ann, chat, "Quiet")
    async with httpx.AsyncClient(base_url=where.page, timeout=30) as program:
        refused = await program.post(loud, json={"text": "the first"})
        for number in range(10 * HOOK_BURST):
            if refused.status_code != 201:
                break
            refused = await program.post(loud, json={"text": str(number)})
        assert refused.status_code == 429
        problem = Problem.model_validate_json(refused.content)
        assert problem.code is ProblemCode.TOO_MANY
        assert int(refused.headers["Retry-After"]) >= 1
        assert (await program.post(quiet, json={"text": "still here"})).status_code == 201


async def test_in_a_private_chat_it_speaks_for_who_made_it_until_the_two_part(
    where: Wires, ann: Person, bob: Person
) -> None:
    """Both hear it and see it in the list; its maker takes a message of it back; a block or parting ends all."""
    chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
    stream = chat_stream(chat)
    _, address = await make(ann, chat, "CI")
    _, of_bob = await make(bob, chat, "Door")
    async with (
        httpx.AsyncClient(base_url=where.page, timeout=30) as program,
        Device(ann, where.gateways[:1], name="ann").running() as anns,
        Device(bob, where.gateways[1:2], name="bob").running() as bobs,
    ):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        for _ in range(2):
            answer = await program.post(address, json={"text": "red"}, headers=key)
            assert answer.status_code == 201, answer.text
            assert rest.CommandDone.model_validate_json(answer.content).seq == 4
        assert (await program.post(of_bob, json={"text": "open"})).status_code == 201
        for device in (anns, bobs):
            await device.caught_up(stream, 5)
            said = [piece for piece in device.inboxes[stream].pieces if piece.first > 3]
            assert [(piece.by, piece.event) for piece in said] == [
                (ann.id, MessageCreated(body="red", hook="CI")),
                (bob.id, MessageCreated(body="open", hook="Door")),
            ]
        # What programs said is news for both, whoever made the webhook.
        assert [(await one.chat(chat)).unread for one in (ann, bob)] == [2, 2]
        for one in (ann, bob):
            assert [(view.name, view.by) for view in await hooks(one.rest, chat)] == [
                ("CI", ann.id),
                ("Door", bob.id),
            ]
        await ann.rest.call(
            message_endpoints.DELETE_MESSAGE,
            rest.CommandDone,
            path={"chat": chat},
            body=message_rest.DeleteMessageBody(target=4),
        )
        await bob.rest.call(profile_endpoints.BLOCK, rest.PersonView, path={"person": ann.id})
        for path in (address, of_bob):
            assert (await program.post(path, json={"text": "late"})).status_code == 404
        # The deletion, the block and the end of the webhooks: whom it blocks gets a skip, and nobody a message.
        for device in (anns, bobs):
            await device.caught_up(stream, 8)
        assert [piece.event for piece in anns.inboxes[stream].pieces][-1] == HooksEnded()
        assert await hooks(ann.rest, chat) == await hooks(bob.rest, chat) == ()
        body = hook_rest.MakeHookBody(secret=secrets.token_hex(16), name="Again")
        refused = await ann.rest.raw(
            hook_endpoints.MAKE_HOOK, path={"chat": chat}, json=body.model_dump()
        )
        assert refused.status_code == 403

        await bob.rest.call(profile_endpoints.UNBLOCK, rest.PersonView, path={"person": ann.id})
        await befriend(ann, bob)
        for path in (address, of_bob):
            assert (await program.post(path, json={"text": "late"})).status_code == 404
        _, again = await make(bob, chat, "Door")
        assert (await program.post(again, json={"text": "open"})).status_code == 201
        await ann.rest.call(people_endpoints.DISCONNECT, rest.PersonView, path={"person": bob.id})
        assert (await program.post(again, json={"text": "late"})).status_code == 404
        for device in (anns, bobs):
            await device.caught_up(stream, 12)
            pieces = device.inboxes[stream].pieces
            assert [seq for p in pieces for seq in range(p.first, p.last + 1)] == list(range(1, 13))
            texts = [p.event.body for p in pieces if isinstance(p.event, MessageCreated)]
            assert texts == ["red", "open", "open"]


async def hooks(client: Rest, chat: ChatId) -> tuple[hook_rest.HookView, ...]:
    """The webhooks of the group, as its admin sees them."""
    found = await client.call(hook_endpoints.HOOKS, hook_rest.HooksList, path={"chat": chat})
    return found.hooks
