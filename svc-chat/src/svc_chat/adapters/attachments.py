"""Uploads in Postgres. Whoever removes a row says in the same transaction which folders of the object store go."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from psycopg.types.json import Jsonb

from nexync_contracts.attachment_rest import Purpose
from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import AttachmentId, PersonId
from nexync_contracts.limits import ATTACHMENT_HOURS, ATTACHMENTS_WAITING
from nexync_contracts.profile_rest import OwnProfile
from nexync_runtime.postgres import Connection, Pool
from svc_chat.adapters.profiles import own_profile
from svc_chat.attaching import Stored, Upload, folder_of_content, folder_of_parts
from svc_chat.errors import QuotaFullError, TooManyError

WAIT_SECONDS: Final = 60.0
"""What who has too many uploads that wait is told to wait."""

_COLUMNS: Final = "id, owner, purpose, name, size, received, parts, content, facts::text, variants"
LATER: Final = f"now() + interval '{ATTACHMENT_HOURS} hours'"
"""When what is kept now is looked at next."""

_HELD: Final = "EXISTS (SELECT FROM scheduled_files s WHERE s.attachment = a.id)"
"""A message for later is going to carry it."""

_BEGIN: Final = f"""
INSERT INTO attachments (id, owner, purpose, name, size, content, check_at)
VALUES (%(id)s, %(owner)s, %(purpose)s, %(name)s, %(size)s, %(content)s, {LATER})
"""  # noqa: S608 - what is put in is a constant of ours

_BY_ID: Final = f"SELECT {_COLUMNS} FROM attachments WHERE id = %(id)s"  # noqa: S608 - as above
_SHARED: Final = _BY_ID + " FOR KEY SHARE"
_OWN: Final = _BY_ID + " AND owner = %(owner)s"

_TAKEN: Final = f"""
SELECT coalesce(sum(size), 0),
       count(*) FILTER (WHERE admitted_at IS NULL AND check_at IS NOT NULL AND NOT {_HELD})
FROM attachments a WHERE owner = %(owner)s
"""  # noqa: S608 - as above

_RECEIVED: Final = f"""
UPDATE attachments SET received = received + %(size)s, parts = array_append(parts, %(part)s::text), check_at = {LATER}
WHERE id = %(id)s AND received = %(offset)s AND facts IS NULL
RETURNING {_COLUMNS}
"""  # noqa: S608 - as above

_READY: Final = f"""
UPDATE attachments SET facts = coalesce(facts, %(facts)s), variants = coalesce(variants, %(variants)s),
       size = CASE WHEN facts IS NULL THEN %(size)s ELSE size END, parts = '{{}}', check_at = {LATER}
WHERE id = %(id)s AND content = %(content)s
RETURNING {_COLUMNS}
"""  # noqa: S608 - as above

_DESCRIBE: Final = f"""
UPDATE attachments a SET facts = CASE WHEN %(alt)s::text IS NULL THEN facts - 'alt'
                                    ELSE jsonb_set(facts, '{{alt}}', to_jsonb(%(alt)s::text)) END
WHERE id = %(id)s AND owner = %(owner)s AND facts IS NOT NULL AND admitted_at IS NULL AND NOT {_HELD}
RETURNING {_COLUMNS}
"""  # noqa: S608 - as above

_COPY: Final = f"""
INSERT INTO attachments
    (id, owner, purpose, name, size, received, content, facts, variants, check_at)
VALUES (%(id)s, %(owner)s, %(purpose)s, %(name)s, %(size)s, %(received)s, %(content)s, %(facts)s,
        %(variants)s, {LATER})
"""  # noqa: S608 - as above

_ADMIT: Final = f"""
UPDATE attachments SET admitted_at = now(), check_at = {LATER}
WHERE id IN (
    SELECT id FROM attachments
    WHERE id = ANY(%(ids)s::uuid[]) AND owner = %(owner)s AND purpose = %(purpose)s
      AND facts IS NOT NULL
    ORDER BY id FOR UPDATE
) RETURNING facts::text
"""  # noqa: S608 - as above

_DROP: Final = f"""
DELETE FROM attachments a
WHERE id = %(id)s AND owner = %(owner)s AND admitted_at IS NULL AND NOT {_HELD}
  AND NOT EXISTS (SELECT FROM profiles p WHERE p.picture = a.id)
  AND NOT EXISTS (SELECT FROM attachment_uses u WHERE u.attachment = a.id)
RETURNING id::text, content::text
"""  # noqa: S608 - as above

_PICTURE: Final = """
INSERT INTO profiles (person, picture) VALUES (%(person)s, %(picture)s)
ON CONFLICT (person) DO UPDATE SET picture = excluded.picture
"""

_LET_GO: Final = """
UPDATE attachments SET check_at = now()
WHERE id = (SELECT picture FROM profiles WHERE person = %(person)s FOR UPDATE)
  AND id IS DISTINCT FROM %(picture)s
"""

_IS_SHOWN: Final = """
SELECT EXISTS (SELECT FROM profiles WHERE person = %(person)s AND picture = %(picture)s)
   AND NOT EXISTS (SELECT FROM blocks WHERE blocker = %(person)s AND blocked = %(viewer)s)
"""

_GARBAGE: Final = """
INSERT INTO attachment_garbage (folder) SELECT unnest(%s::text[]) ON CONFLICT (folder) DO NOTHING
"""


class PostgresAttachments:
    """Reads and writes of uploads, and of the pictures of people."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, upload: Upload, quota: int) -> Upload:
        """Keep it, or find what was begun with its id."""
        asked = {
            "id": upload.id,
            "owner": upload.owner,
            "purpose": upload.purpose.value,
            "name": upload.name,
            "size": upload.size,
            "content": upload.content,
        }
        async with self._pool.connection() as connection, connection.transaction():
            there = await _in_turn(connection, upload.owner, upload.id)
            if there is not None:
                return there
            await _room(connection, upload.owner, upload.size, quota)
            await connection.execute(_BEGIN.encode(), asked)
        return upload

    async def upload(self, file: AttachmentId, owner: PersonId | None) -> Upload | None:
        """The owner's upload; with None anybody's."""
        query = _BY_ID if owner is None else _OWN
        async with self._pool.connection() as connection:
            return await _one(connection, query, {"id": file, "owner": owner})

    async def received(self, upload: Upload, part: str, size: int) -> Upload | None:
        """One part more, if it goes on from there."""
        asked = {"id": upload.id, "offset": upload.received, "part": part, "size": size}
        async with self._pool.connection() as connection:
            return await _one(connection, _RECEIVED, asked)

    async def ready(
        self, upload: Upload, facts: Attachment, variants: dict[str, Stored]
    ) -> Upload | None:
        """It is made, and its parts may go; None when it was given up meanwhile."""
        asked = {
            "id": upload.id,
            "content": upload.content,
            "facts": Jsonb(facts.model_dump(mode="json", exclude_none=True)),
            "variants": Jsonb(variants),
            "size": sum(one.size for one in variants.values()),
        }
        async with self._pool.connection() as connection, connection.transaction():
            made = await _one(connection, _READY, asked)
            await connection.execute(_GARBAGE, ([folder_of_parts(upload.id)],))
        return made

    async def describe(self, file: AttachmentId, owner: PersonId, alt: str | None) -> Upload | None:
        """Another alt text of what no gateway has asked about; a message that was admitted keeps its own."""
        async with self._pool.connection() as connection:
            return await _one(connection, _DESCRIBE, {"id": file, "owner": owner, "alt": alt})

    async def drop(self, file: AttachmentId, owner: PersonId) -> bool:
        """Forget an upload that no message has or is going to have."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(_DROP.encode(), {"id": file, "owner": owner})
            rows = await cursor.fetchall()
            await throw_away(connection, rows)
        return bool(rows)

    async def discard(self, folder: str) -> None:
        """Have a folder of the object store removed."""
        async with self._pool.connection() as connection:
            await connection.execute(_GARBAGE, ([folder],))

    async def copy(
        self, upload: Upload, copy: AttachmentId, owner: PersonId, quota: int
    ) -> Upload | None:
        """Another upload with the same content. The lock on the first keeps the content until the copy is there."""
        async with self._pool.connection() as connection, connection.transaction():
            there = await _in_turn(connection, owner, copy)
            if there is not None:
                return there
            source = await _one(connection, _SHARED, {"id": upload.id})
            if source is None or source.facts is None:
                return None
            await _room(connection, owner, source.size, quota)
            facts = source.facts.model_copy(update={"id": copy})
            asked = {
                "id": copy,
                "owner": owner,
                "purpose": Purpose.MESSAGE.value,
                "name": source.name,
                "size": source.size,
                "received": source.received,
                "content": source.content,
                "facts": Jsonb(facts.model_dump(mode="json", exclude_none=True)),
                "variants": Jsonb(source.variants),
            }
            await connection.execute(_COPY.encode(), asked)
            return await _one(connection, _BY_ID, {"id": copy})

    async def admit(self, person: PersonId, files: Sequence[AttachmentId]) -> list[Attachment]:
        """Those that are the person's, ready and for messages; kept for a day from now on."""
        return await self._admit(person, files, Purpose.MESSAGE)

    async def admit_picture(self, person: PersonId, picture: AttachmentId) -> bool:
        """The same of a picture."""
        return bool(await self._admit(person, [picture], Purpose.PICTURE))

    async def _admit(
        self, person: PersonId, files: Sequence[AttachmentId], purpose: Purpose
    ) -> list[Attachment]:
        asked = {"ids": list(files), "owner": person, "purpose": purpose.value}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_ADMIT.encode(), asked)).fetchall()
        return [Attachment.model_validate_json(row[0]) for row in rows]

    async def used(self, owner: PersonId) -> int:
        """Bytes that count towards the quota."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_TAKEN.encode(), {"owner": owner})).fetchone()
        return int(row[0]) if row else 0

    async def of_person(self, person: PersonId, picture: AttachmentId | None) -> OwnProfile | None:
        """Set the picture of a person, and let go of the one before."""
        asked = {"person": person, "picture": picture}
        async with self._pool.connection() as connection, connection.transaction():
            if picture is not None:
                found = await _one(connection, _SHARED, {"id": picture})
                mine = found is not None and found.owner == person and found.facts is not None
                if not mine or found is None or found.purpose is not Purpose.PICTURE:
                    return None
            await connection.execute(_LET_GO, asked)
            await connection.execute(_PICTURE, asked)
            return await own_profile(connection, person)

    async def is_shown(self, viewer: PersonId, person: PersonId, picture: AttachmentId) -> bool:
        """Whether it is the person's picture now, and the person didn't block the viewer."""
        asked = {"viewer": viewer, "person": person, "picture": picture}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_IS_SHOWN, asked)).fetchone()
        return bool(row and row[0])


async def throw_away(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Rows (id, content) were deleted: their parts go, and contents that no other upload shares."""
    if not rows:
        return
    contents = sorted({str(row[1]) for row in rows})
    cursor = await connection.execute(
        "SELECT DISTINCT content::text FROM attachments WHERE content = ANY(%s::uuid[])",
        (contents,),
    )
    shared = {row[0] for row in await cursor.fetchall()}
    folders = [folder_of_parts(AttachmentId(str(row[0]))) for row in rows]
    folders += [folder_of_content(one) for one in contents if one not in shared]
    await connection.execute(_GARBAGE, (folders,))


async def _in_turn(connection: Connection, owner: PersonId, file: AttachmentId) -> Upload | None:
    """Wait until no other request counts what the owner has; what the id names already."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 25))", (owner,))
    return await _one(connection, _OWN, {"id": file, "owner": owner})


async def _room(connection: Connection, owner: PersonId, size: int, quota: int) -> None:
    row = await (await connection.execute(_TAKEN.encode(), {"owner": owner})).fetchone()
    used, waiting = row or (0, 0)
    if used + size > quota:
        raise QuotaFullError(quota)
    if waiting >= ATTACHMENTS_WAITING:
        raise TooManyError(WAIT_SECONDS)


async def _one(
    connection: Connection, query: LiteralString | str, asked: dict[str, Any]
) -> Upload | None:
    row = await (await connection.execute(query.encode(), asked)).fetchone()
    if row is None:
        return None
    variants: dict[str, list[Any]] = row[9] or {}
    return Upload(
        id=AttachmentId(str(row[0])),
        owner=PersonId(str(row[1])),
        purpose=Purpose(row[2]),
        name=row[3],
        size=row[4],
        received=row[5],
        parts=tuple(row[6]),
        content=str(row[7]),
        facts=None if row[8] is None else Attachment.model_validate_json(row[8]),
        variants={name: Stored(*stored) for name, stored in variants.items()},
    )
