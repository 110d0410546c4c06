"""A message to somebody who is away: from the socket over the flush, the relay, the page and the job to Firebase."""

import asyncio
import contextlib
import os
import socket
import sys
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from nexync_contracts import push_endpoints
from nexync_contracts.events import ChatKind
from nexync_contracts.push_rest import PushDeviceBody, PushSettingsBody, PushView
from nexync_e2e.client import Device, Person
from nexync_e2e.firebase import Firebase
from nexync_e2e.person import befriend
from nexync_e2e.settings import Wires
from nexync_e2e.waiting import until

pytestmark = pytest.mark.e2e


async def _dev(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "nexync_dev", *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(90):
        assert await process.wait() == 0


@contextlib.asynccontextmanager
async def _mailer(firebase: Firebase, account: Path) -> AsyncGenerator[None]:
    """A mailer with credentials in place of the instance's, which has none and would drain the queue."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "NEXYNC_ADMIN_PORT": str(port),
        "NEXYNC_INSTANCE": "mailer-with-push",
        "NEXYNC_FCM_CREDENTIALS_FILE": str(account),
        "NEXYNC_FCM_URL": firebase.url,
    }
    await _dev("stop", "mailer")
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "svc_mailer", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            async with httpx.AsyncClient() as http:

                async def ready() -> bool | None:
                    with contextlib.suppress(httpx.HTTPError):
                        answer = await http.get(f"http://127.0.0.1:{port}/readyz")
                        return True if answer.is_success else None
                    return None

                await until(ready, "the mailer is ready", seconds=60, every=0.2)
            yield
        finally:
            process.terminate()
            async with asyncio.timeout(40):
                await process.wait()
    finally:
        await _dev("start", "mailer")


@pytest_asyncio.fixture
async def firebase(tmp_path: Path) -> AsyncGenerator[Firebase]:
    """Firebase, and a mailer that sends to it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    async with Firebase().open() as made:
        account = tmp_path / "account.json"
        account.write_text(made.account(key.decode()))
        async with _mailer(made, account):
            yield made


async def _with_device(person: Person) -> str:
    token = f"token-{uuid.uuid4()}"
    view = await person.rest.call(
        push_endpoints.KEEP_PUSH_DEVICE, PushView, body=PushDeviceBody(token=token)
    )
    assert view.device
    return token


async def test_who_is_away_is_told_and_nobody_else(
    where: Wires, ann: Person, bob: Person, cid: Person, firebase: Firebase
) -> None:
    """Without its words unless one wants them; no more after Firebase forgot the device, nor after a log-out."""
    await befriend(ann, cid)
    anns, bobs = await _with_device(ann), await _with_device(bob)
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id, cid.id), "Lunch")
    async with Device(ann, where.gateways[:1], name="ann").running() as device:
        await device.send(chat, "soup?")
        plain = await firebase.until("bob is told", lambda shown: shown.data["chat"] == chat)
        assert (plain.token, plain.data["title"], plain.data["text"]) == (
            bobs,
            "Nexync",
            "New message",
        )
        assert plain.data["unread"] == "1"

        settings = PushSettingsBody(preview=True)
        await bob.rest.call(push_endpoints.CHANGE_PUSH, PushView, body=settings)
        await device.send(chat, "or salad?")
        words = await firebase.until("bob reads it", lambda shown: "salad" in shown.data["text"])
        assert (words.token, words.data["title"]) == (bobs, "Lunch")
        assert words.data["text"] == f"{ann.username}: or salad?"

        firebase.gone.add(bobs)
        await device.send(chat, "bread?")

        async def gone() -> bool | None:
            view = await bob.rest.call(push_endpoints.PUSH, PushView)
            return None if view.device else True

        await until(gone, "the device is forgotten", seconds=60)

        later = await _with_device(bob)
        await bob.log_out()
        cids = await _with_device(cid)
        # Two, so that whatever the first would have sent to Bob is out when Cid hears of the second.
        for text in ("last", "very last"):
            await device.send(chat, text)
            await device.settled()
            newest = (await ann.history(chat)).head
            await firebase.until(
                f"cid is told: {text}",
                lambda shown, seq=newest: shown.token == cids and shown.data["seq"] == f"{seq}",
            )
    tokens = {shown.token for shown in firebase.shown}
    assert tokens == {bobs, cids}
    assert anns not in tokens
    assert later not in tokens
