"""Profiles and privacy in Postgres. The name is in `people`, everything else in `profiles`."""

from collections.abc import Mapping
from typing import Final

from nexync_contracts.ids import ChatId, PersonId
from nexync_contracts.profile_rest import (
    Audience,
    OwnProfile,
    PresenceAudience,
    PrivacyBody,
    PrivacyView,
    ReceiptAudience,
)
from nexync_runtime.postgres import Connection, Pool
from svc_chat.adapters.people_sql import CIRCLE, JOINS, PERSON
from svc_chat.ports import PersonRow, ProfileRow

_THEIRS: Final = """(
    SELECT person_b AS other FROM connections WHERE person_a = %(person)s AND accepted_at IS NOT NULL
    UNION ALL
    SELECT person_a FROM connections WHERE person_b = %(person)s AND accepted_at IS NOT NULL
)"""

_SEEN: Final = PERSON + " AND p.id = %(person)s"

_PAGE: Final = f"""
SELECT coalesce(f.bio, ''), (SELECT count(*) FROM {_THEIRS} t), theirs.blocker IS NOT NULL
{JOINS}
WHERE p.id = %(person)s
"""  # noqa: S608 - what is put in is a constant of ours

_ACQUAINTANCES: Final = f"""
SELECT p.id, p.username, p.name, count(*) OVER (),
       (SELECT x.picture::text FROM profiles x WHERE x.person = p.id)
FROM {_THEIRS} t JOIN people p ON p.id = t.other
WHERE t.other = ANY({CIRCLE})
ORDER BY p.username LIMIT %(people)s
"""  # noqa: S608 - as above

_GROUPS: Final = """
SELECT one.chat, coalesce(s.snapshot->>'name', ''), count(*) OVER ()
FROM members one
JOIN members other ON other.chat = one.chat AND other.person = %(person)s
                  AND other.until_seq IS NULL
JOIN streams s ON s.id = 'c:' || one.chat::text
WHERE one.person = %(viewer)s AND one.until_seq IS NULL AND s.snapshot->>'kind' = 'group'
ORDER BY lower(s.snapshot->>'name'), one.chat LIMIT %(groups)s
"""

_OWN: Final = """
SELECT p.username, p.name, coalesce(f.bio, ''), f.picture::text
FROM people p LEFT JOIN profiles f ON f.person = p.id
WHERE p.id = %(person)s AND p.verified_at IS NOT NULL
"""

_NAME: Final = """
UPDATE people SET name = CASE WHEN %(name)s::text = '' THEN username ELSE %(name)s END
WHERE id = %(person)s AND verified_at IS NOT NULL AND erased_at IS NULL
"""

_THERE: Final = "SELECT 1 FROM people WHERE id = %(person)s AND erased_at IS NULL FOR SHARE"
"""Whoever erases the account at this moment waits, and finds what was written."""

_BIO: Final = """
INSERT INTO profiles (person, bio) VALUES (%(person)s, %(bio)s)
ON CONFLICT (person) DO UPDATE SET bio = excluded.bio
"""

_PRIVACY: Final = (
    "SELECT findable, askable, presence, receipts FROM profiles WHERE person = %(person)s"
)

_SETTLE: Final = """
INSERT INTO profiles AS now (person, findable, askable, presence, receipts)
VALUES (%(person)s, coalesce(%(findable)s, 'everyone'), coalesce(%(askable)s, 'everyone'),
        coalesce(%(presence)s, 'connections'), coalesce(%(receipts)s, 'everyone'))
ON CONFLICT (person) DO UPDATE
SET findable = coalesce(%(findable)s, now.findable), askable = coalesce(%(askable)s, now.askable),
    presence = coalesce(%(presence)s, now.presence), receipts = coalesce(%(receipts)s, now.receipts)
RETURNING findable, askable, presence, receipts
"""


class PostgresProfiles:
    """Reads and writes of profiles. Only verified people have one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def profile(
        self, viewer: PersonId, person: PersonId, people: int, groups: int
    ) -> ProfileRow | None:
        """The page, in a fixed number of queries; None when there is no such person."""
        asked = {"viewer": viewer, "person": person, "people": people, "groups": groups}
        async with self._pool.connection() as connection:
            seen = await (await connection.execute(_SEEN.encode(), asked)).fetchone()
            page = await (await connection.execute(_PAGE.encode(), asked)).fetchone()
            if seen is None or page is None:
                return None
            row = PersonRow(person, *seen[1:8])
            bio, connections, blocking = page
            own = row.relation == "self"
            known = [] if own or blocking else await _acquaintances(connection, asked)
            shared = [] if own else await (await connection.execute(_GROUPS, asked)).fetchall()
        return ProfileRow(
            row=row,
            bio="" if blocking else bio,
            connections=0 if blocking else connections,
            mutual=known[0][1] if known else 0,
            acquaintances=tuple(one for one, _ in known),
            group_count=shared[0][2] if shared else 0,
            groups=tuple((ChatId(str(group[0])), group[1]) for group in shared),
        )

    async def own(self, person: PersonId) -> OwnProfile | None:
        """What the person says; None when there is no such person."""
        async with self._pool.connection() as connection:
            return await own_profile(connection, person)

    async def change(
        self, person: PersonId, name: str | None, bio: str | None
    ) -> OwnProfile | None:
        """Change what is not None; an empty name gives the username back."""
        async with self._pool.connection() as connection, connection.transaction():
            if await (await connection.execute(_THERE, {"person": person})).fetchone() is None:
                return None
            if name is not None:
                await connection.execute(_NAME, {"person": person, "name": name})
            if bio is not None:
                await connection.execute(_BIO, {"person": person, "bio": bio})
            return await own_profile(connection, person)

    async def privacy(self, person: PersonId) -> PrivacyView:
        """The settings, or the defaults."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_PRIVACY, {"person": person})).fetchone()
        return PrivacyView() if row is None else _settings(*row)

    async def settle(self, person: PersonId, changes: PrivacyBody) -> PrivacyView:
        """Change what is not None; the settings as they are now."""
        asked = {"person": person, **changes.model_dump(mode="json")}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SETTLE, asked)).fetchone()
        return PrivacyView() if row is None else _settings(*row)


async def _acquaintances(
    connection: Connection, asked: Mapping[str, object]
) -> list[tuple[PersonRow, int]]:
    """The first connections in common, each with the number of all."""
    cursor = await connection.execute(_ACQUAINTANCES.encode(), asked)
    return [
        (
            PersonRow(PersonId(str(row[0])), row[1], row[2], "connected", picture=row[4]),
            row[3],
        )
        for row in await cursor.fetchall()
    ]


async def own_profile(connection: Connection, person: PersonId) -> OwnProfile | None:
    """What the person says; None when there is no such person."""
    row = await (await connection.execute(_OWN, {"person": person})).fetchone()
    if row is None:
        return None
    return OwnProfile(person=person, username=row[0], name=row[1], bio=row[2], picture=row[3])


def _settings(findable: str, askable: str, presence: str, receipts: str) -> PrivacyView:
    return PrivacyView(
        findable=Audience(findable),
        askable=Audience(askable),
        presence=PresenceAudience(presence),
        receipts=ReceiptAudience(receipts),
    )
