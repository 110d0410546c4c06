"""How one person sees another, in SQL: the relation between them, and what privacy and blocks leave of it.

The fragments know the viewer as `%(viewer)s` and the other person as `p`.
"""

from typing import Final

_JOINS: Final = """
LEFT JOIN LATERAL (
    SELECT person_a, asker, accepted_at FROM connections
    WHERE person_a = least(p.id, %(viewer)s::uuid) AND person_b = greatest(p.id, %(viewer)s::uuid)
    LIMIT 1) c ON true
LEFT JOIN LATERAL (
    SELECT bio, findable, askable, presence, picture FROM profiles WHERE person = p.id LIMIT 1) f ON true
LEFT JOIN profiles v ON v.person = %(viewer)s::uuid
LEFT JOIN blocks mine ON mine.blocker = %(viewer)s::uuid AND mine.blocked = p.id
LEFT JOIN blocks theirs ON theirs.blocker = p.id AND theirs.blocked = %(viewer)s::uuid
"""
"""The limits change no answer: with them both tables are read by key for each `p`, however small they still are."""

JOINS: Final = f"FROM people p{_JOINS}"

CIRCLE: Final = """ARRAY(
    SELECT person_b FROM connections WHERE person_a = %(viewer)s::uuid AND accepted_at IS NOT NULL
    UNION ALL
    SELECT person_a FROM connections WHERE person_b = %(viewer)s::uuid AND accepted_at IS NOT NULL
)"""
"""The viewer's connections; it depends on no row, so it is read once a query."""

_SECOND_DEGREE: Final = f"""EXISTS (
    SELECT FROM connections k WHERE k.accepted_at IS NOT NULL
    AND ((k.person_a = p.id AND k.person_b = ANY({CIRCLE}))
      OR (k.person_b = p.id AND k.person_a = ANY({CIRCLE})))
)"""


def _open(setting: str) -> str:
    """Whether what this column settles is open to the viewer."""
    return f"""CASE coalesce({setting}, 'everyone')
    WHEN 'everyone' THEN true WHEN 'nobody' THEN false ELSE {_SECOND_DEGREE} END"""


RELATION: Final = """CASE
    WHEN p.id = %(viewer)s::uuid THEN 'self'
    WHEN mine.blocker IS NOT NULL THEN 'blocked'
    WHEN c.person_a IS NULL OR p.erase_at IS NOT NULL THEN 'none'
    WHEN c.accepted_at IS NOT NULL THEN 'connected'
    WHEN c.asker = %(viewer)s::uuid THEN 'asked'
    ELSE 'asking' END"""

_GOING: Final = "(p.erase_at IS NOT NULL AND p.id <> %(viewer)s::uuid)"
"""Whose account is to be erased, or was: to others it is as if they weren't connected, and they are not found."""

_SHUT: Final = """(p.deactivated_at IS NOT NULL OR (p.bot AND EXISTS (
    SELECT FROM bots o LEFT JOIN blocks k ON k.blocker = o.owner AND k.blocked = %(viewer)s::uuid
    WHERE o.person = p.id AND (o.retired_at IS NOT NULL OR k.blocker IS NOT NULL))))"""
"""Whom an administrator locked opens to nobody new, nor a bot that is retired or whose owner blocked the viewer."""

FINDABLE: Final = f"""(theirs.blocker IS NULL AND NOT {_GOING} AND (
    p.id = %(viewer)s::uuid OR c.person_a IS NOT NULL OR mine.blocker IS NOT NULL
    OR ({_open("f.findable")} AND NOT {_SHUT})))"""
"""Who has a relation knows the person already, and a blocked person must be found to be unblocked."""

ASKABLE: Final = f"""(theirs.blocker IS NULL AND mine.blocker IS NULL AND NOT {_GOING}
    AND (c.person_a IS NOT NULL OR ({_open("f.askable")} AND NOT {_SHUT})))"""

TELLS_PRESENCE: Final = """(p.id = %(viewer)s::uuid OR (
    coalesce(f.presence, 'connections') = 'connections'
    AND coalesce(v.presence, 'connections') = 'connections'))"""
"""Whether the settings of both let a connection know; who isn't connected is told nothing anyway."""

PICTURE: Final = "CASE WHEN theirs.blocker IS NULL THEN f.picture::text END"

_COLUMNS: Final = (
    f"SELECT p.id, p.username, p.name, {RELATION}, {ASKABLE}, {TELLS_PRESENCE}, p.bot, {PICTURE}"
)

PERSON: Final = f"""
{_COLUMNS}
{JOINS}
WHERE p.verified_at IS NOT NULL
"""

BY_ID: Final = PERSON + " AND p.id = ANY(%(people)s::uuid[])"

_VERIFIED: Final = """
SELECT id, username, name, bot, deactivated_at, erase_at FROM people
WHERE verified_at IS NOT NULL AND erased_at IS NULL"""

_ALIKE: Final = "\nUNION ".join(
    f"{_VERIFIED} AND {alike}"
    for alike in (
        "username LIKE %(prefix)s",
        "name ILIKE %(prefix)s",
        "name ILIKE %(word)s",
        *(
            f"char_length(%(text)s::text) > 2 AND {likeness}"
            for likeness in ("username %% %(text)s", "name %% %(text)s", "%(text)s <%% name")
        ),
    )
)
"""Each way to be alike is a query of its own, because one condition of all would be a scan of the table.

Less than three letters are like nothing: they only begin a name or a word of it.
"""

CANDIDATES: Final = 200
"""The likeliest people whom a search looks at; who may be found is judged of these alone."""

SEARCH: Final = f"""
WITH p AS MATERIALIZED (
    SELECT id, username, name, bot, deactivated_at, erase_at, row_number() OVER (
        ORDER BY (username = %(text)s) DESC, (username LIKE %(prefix)s) DESC,
                 greatest(similarity(username, %(text)s), similarity(name, %(text)s),
                          word_similarity(%(text)s, name)) DESC, username) AS place
    FROM ({_ALIKE}) alike
    ORDER BY place LIMIT {CANDIDATES}
)
{_COLUMNS}
FROM p{_JOINS}
WHERE {FINDABLE}
ORDER BY p.place LIMIT %(limit)s
"""  # noqa: S608 - as above

WORD_LIKENESS: Final = "SELECT set_config('pg_trgm.word_similarity_threshold', '0.5', true)"
"""How alike a word of a name must be, from 0 to 1: one wrong letter of five is let through."""
