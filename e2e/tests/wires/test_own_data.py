"""All that is one's own, through the edge: a zip that opens, with what one wrote and nothing of others."""

import io
import json
import zipfile

import pytest

from nexync_contracts import export_endpoints
from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.export_rest import AccountCopy, ExportLine, OwnFileLine
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_e2e import files
from nexync_e2e.client import Device, Person
from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def test_one_takes_along_what_is_ones_own(where: Wires, ann: Person, bob: Person) -> None:
    """Account from svc-auth, the rest from svc-chat, each person only their own words, and once a proof."""
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Own data")
    for person in (ann, bob):
        async with Device(person, where.gateways[:1], name=person.username).running() as device:
            for number in range(3):
                await device.send(chat, f"{person.username} says {number}")
            await device.settled()
    cat = await files.upload(ann, "cat.jpg", files.png())
    for person, other in ((ann, bob), (bob, ann)):
        assert (await person.rest.raw(export_endpoints.EXPORT_OWN_DATA)).status_code == 403
        proof = OwnerProofBody(current=person.password)
        allowed = await person.rest.raw(
            export_endpoints.ALLOW_OWN_DATA, json=proof.model_dump(mode="json")
        )
        assert allowed.status_code == 204
        answer = await person.rest.raw(export_endpoints.EXPORT_OWN_DATA)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="nexync-my-data.zip"'
        assert answer.headers["Cache-Control"] == "no-store"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            found = {name: archive.read(name) for name in archive.namelist()}
        account = AccountCopy.model_validate_json(found["account.json"])
        assert (account.person, account.username) == (person.id, person.username)
        assert account.sessions
        people = [json.loads(line) for line in found["people.jsonl"].splitlines()]
        assert other.id in {one["person"] for one in people}
        lines = [
            ExportLine.model_validate_json(line)
            for line in found[f"chats/{chat}.jsonl"].splitlines()
        ]
        said = [
            one.record.event.body for one in lines if isinstance(one.record.event, MessageCreated)
        ]
        assert said == [f"{person.username} says {number}" for number in range(3)]
        named = [
            OwnFileLine.model_validate_json(line) for line in found["files.jsonl"].splitlines()
        ]
        entry = f"files/{cat.id}/cat.png"
        assert named == ([OwnFileLine(file=cat, entry=entry)] if person is ann else [])
        assert len(found.get(entry, b"")) == (cat.size if person is ann else 0)
        assert (await person.rest.raw(export_endpoints.EXPORT_OWN_DATA)).status_code == 403
