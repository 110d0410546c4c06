"""Uploads for tests against a real Postgres: with their store, whichever it is, and the collector."""

from typing import Any

from nexync_contracts.attachment_rest import CreateAttachmentBody, Purpose
from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import AttachmentId, PersonId
from nexync_contracts.limits import ATTACHMENT_PART_BYTES
from nexync_runtime.postgres import Pool
from svc_chat.adapters.attachments import PostgresAttachments
from svc_chat.adapters.images import ImageProcesses
from svc_chat.adapters.objects import ObjectFolder
from svc_chat.adapters.orphans import PostgresOrphans
from svc_chat.attaching import Attaching, place_of
from svc_chat.collecting import Collector

ADA = PersonId("00000000-0000-4000-8000-00000000000a")
BOB = PersonId("00000000-0000-4000-8000-00000000000b")
QUOTA = 4_000_000


class Stage:
    """Uploads with their store, and the collector."""

    def __init__(self, pool: Pool, files: PostgresAttachments, objects: ObjectFolder) -> None:
        self.pool, self.files, self.objects = pool, files, objects
        self.attaching = Attaching(files, objects, ImageProcesses(1), quota=QUOTA)
        self.collector = Collector(PostgresOrphans(pool), objects)

    async def begin(
        self,
        size: int,
        name: str = "a.txt",
        *,
        purpose: Purpose = Purpose.MESSAGE,
        by: PersonId = ADA,
    ) -> AttachmentId:
        body = CreateAttachmentBody(name=name, size=size, purpose=purpose)
        return (await self.attaching.begin(by, None, body)).id

    async def send(self, data: bytes, name: str = "a.txt", **more: Any) -> Attachment:
        """Upload all of it."""
        file = await self.begin(len(data), name, **more)
        by: PersonId = more.get("by", ADA)
        for offset in range(0, len(data), ATTACHMENT_PART_BYTES):
            part = data[offset : offset + ATTACHMENT_PART_BYTES]
            await self.attaching.write(by, file, offset, part)
        ready = (await self.attaching.finish(by, file)).attachment
        assert ready is not None
        return ready

    async def content(self, file: AttachmentId, variant: str = "original") -> bytes | None:
        upload = await self.files.upload(file, None)
        return None if upload is None else await self.objects.get(place_of(upload.content, variant))

    async def run(self, query: str, *parameters: object) -> list[Any]:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(query.encode(), parameters)
            return [row[0] for row in await cursor.fetchall()] if cursor.description else []

    async def let_time_pass(self) -> None:
        """What waits for a day has waited."""
        await self.run("UPDATE attachments SET check_at = check_at - interval '25 hours'")

    async def use(self, file: AttachmentId, seq: int, stream: str = "c:x") -> None:
        await self.run("INSERT INTO attachment_uses VALUES (%s, %s, %s, 'file')", stream, seq, file)

    async def there(self) -> list[AttachmentId]:
        found = await self.run("SELECT id::text FROM attachments ORDER BY id")
        return [AttachmentId(one) for one in found]
