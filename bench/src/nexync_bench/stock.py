"""A million events for one reader, written by COPY into a leaf of their own, which is dropped at the end.

The leaf is that of a month far ahead, so nothing else lies in it and dropping it is most of the tidying. Its index for
search is built once it is full: what is measured is reading.
"""

import contextlib
import json
import random
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import psycopg
from psycopg import sql

from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId, chat_stream

EVENTS: Final = 1_000_000
"""Of the large chat."""

CHATS: Final = 500
EACH: Final = 100
"""Messages of each of the others."""

_LABEL: Final = "bench"
_LOW: Final = 4_102_444_800_000
"""2100-01-01, Unix ms: the month of the leaf."""
_HOUR_MS: Final = 3600 * 1000
_MONTH_MS: Final = 31 * 24 * _HOUR_MS
_PEOPLE: Final = 200
_MEMBERS: Final = 8
_WORDS: Final = 12
_VOCABULARY: Final = 30_000
_EDITS, _REACTIONS = 0.02, 0.05
"""Of all events of the large chat: up to the first part are edits, up to the second reactions, the rest messages."""

_LETTERS: Final = "eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddlllluuucccmmmwwffggyyppbbvk"

_COPY: Final = (
    "COPY events (stream, seq, log_epoch, n, at, id, sender, tag, event, digest, partition, log_offset)"
    " FROM STDIN"
)

_KEEP_EDITS: Final = """
INSERT INTO message_edits (stream, target, seq)
SELECT stream, (event ->> 'target')::bigint, seq FROM events
WHERE stream = %s AND at >= %s AND tag = 'message.edited'
"""
_KEEP_REACTIONS: Final = """
INSERT INTO message_reactions (stream, target, emoji, person, seq)
SELECT DISTINCT ON (target, emoji, sender)
       stream, (event ->> 'target')::bigint AS target, event ->> 'emoji' AS emoji, sender, seq
FROM events WHERE stream = %s AND at >= %s AND tag = 'message.reacted'
ORDER BY target, emoji, sender, seq
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is: `large` has EVENTS events, `unread` of the CHATS others have unread messages.

    `common`, `rare` are words, each in about a part of 12, and in 20 of a million messages.
    """

    large: ChatId
    others: tuple[ChatId, ...]
    sender: str
    common: str
    rare: tuple[str, ...]
    usual: tuple[str, ...]


@contextlib.contextmanager
def stocked(url: str, reader: PersonId, partition: int, log_epoch: int) -> Generator[Stock]:
    """Everything for this reader in the database at `url`, for the block; some two minutes to make."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET synchronous_commit = off")
        _tidy(connection)
        try:
            stock = _Writer(connection, reader, partition, log_epoch).write()
            _index(connection)
            yield stock
        finally:
            _tidy(connection)


class _Writer:
    def __init__(
        self,
        connection: psycopg.Connection,
        reader: PersonId,
        partition: int,
        log_epoch: int,
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._place = (partition, log_epoch)
        self._dice = random.Random(7)
        self._offset = 2**50
        """Far behind every offset of the partition's log."""
        self._words = [self._word() for _ in range(_VOCABULARY)]
        # The nth most frequent word is n times as rare as the first one, as in any language.
        self._weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def write(self) -> Stock:
        people = self._people()
        chats = [ChatId(str(self._uuid())) for _ in range(CHATS + 1)]
        self._connection.execute(
            "SELECT make_content_month('forever', %s, %s, %s)", (_LABEL, _LOW, _LOW + _MONTH_MS)
        )
        self._connection.execute(f"DROP INDEX events_forever_{_LABEL}_search")
        with self._connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            heads = [
                self._chat(copy, chat, people, EVENTS if index == 0 else EACH + 1, index)
                for index, chat in enumerate(chats)
            ]
        members = [self._reader, *people[: _MEMBERS - 1]]
        with self._connection.cursor() as cursor:
            with cursor.copy(
                "COPY streams (id, partition, log_epoch, head, n, at, snapshot) FROM STDIN"
            ) as copy:
                for chat, (head, n, at) in zip(chats, heads, strict=True):
                    roles = {person: ["member", 1] for person in members}
                    snapshot = {
                        "v": 1, "kind": ChatKind.GROUP, "name": f"Bench {chat[:8]}", "named": 1,
                        "partition": self._place[0], "members": roles, "settings": {},
                    }  # fmt: skip
                    row = (chat_stream(chat), *self._place, head, n, at, json.dumps(snapshot))
                    copy.write_row(row)
            with cursor.copy(
                "COPY members (chat, person, role, from_seq, from_n) FROM STDIN"
            ) as copy:
                for chat in chats:
                    for person in members:
                        copy.write_row((chat, person, "member", 1, 0))
            with cursor.copy("COPY read_marks (chat, person, seq) FROM STDIN") as copy:
                for chat, (head, _, _) in zip(chats, heads, strict=True):
                    copy.write_row((chat, self._reader, self._dice.randrange(head // 2, head)))
        self._changes(chat_stream(chats[0]))
        rare = tuple(self._words[rank] for rank in range(20_000, 20_010))
        usual = tuple(self._words[rank] for rank in range(300, 310))
        return Stock(chats[0], tuple(chats[1:]), "bench1", self._words[0], rare, usual)

    def _people(self) -> list[PersonId]:
        people = [PersonId(str(self._uuid())) for _ in range(_PEOPLE)]
        with (
            self._connection.cursor() as cursor,
            cursor.copy(
                "COPY people (id, email, username, name, password_hash, partition, verified_at) FROM STDIN"
            ) as copy,
        ):
            for number, person in enumerate(people):
                name = f"bench{number}"
                copy.write_row(
                    (person, f"{name}@bench.test", name, f"Bench {number}", "", 0, "2026-01-01")
                )
        return people

    def _chat(
        self, copy: psycopg.Copy, chat: ChatId, people: list[PersonId], events: int, index: int
    ) -> tuple[int, int, int]:
        """Head, messages and time of the last event of a chat that was written."""
        stream, n, at = chat_stream(chat), 0, _LOW
        # The chats come to rest one after another, an hour apart.
        step = (_MONTH_MS - _HOUR_MS * (1 + index)) // events
        said = (self._message(one) for one in self._texts(events))
        for seq in range(1, events + 1):
            at = _LOW + seq * step
            by = people[self._dice.randrange(_MEMBERS - 1)]
            chance = self._dice.random()
            if seq == 1:
                tag, event = "chat.created", self._created(chat)
            elif chance > _REACTIONS or events < EVENTS or seq < 10:
                tag, event = "message.created", next(said)
                n += 1
            elif chance > _EDITS:
                body = {"target": self._target(seq), "emoji": "👍", "on": True}
                tag, event = "message.reacted", json.dumps({"tag": "message.reacted", **body})
            else:
                body = {"target": self._target(seq), "body": next(self._texts(1))}
                tag, event = "message.edited", json.dumps({"tag": "message.edited", **body})
            self._offset += 1
            copy.write_row(
                (stream, seq, self._place[1], n, at, str(self._uuid()), by, tag, event, b"",
                 self._place[0], self._offset)
            )  # fmt: skip
        return events, n, at

    def _target(self, seq: int) -> int:
        return self._dice.randrange(max(2, seq - 500), seq)

    def _created(self, chat: ChatId) -> str:
        members = [{"person": self._reader, "role": "member"}]
        return json.dumps(
            {
                "tag": "chat.created", "kind": "group", "name": f"Bench {chat[:8]}", "members": members,
                "partition": self._place[0],
            }
        )  # fmt: skip

    def _message(self, text: str) -> str:
        return f'{{"tag":"message.created","body":"{text}"}}'

    def _texts(self, count: int) -> Iterator[str]:
        chosen = self._dice.choices(self._words, cum_weights=self._weights, k=count * _WORDS)
        for start in range(0, len(chosen), _WORDS):
            yield " ".join(chosen[start : start + _WORDS])

    def _word(self) -> str:
        """Letters as often as in English, so that three in a row are as telling as there."""
        return "".join(self._dice.choices(_LETTERS, k=self._dice.randint(4, 10)))

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._dice.getrandbits(128), version=4)

    def _changes(self, stream: str) -> None:
        """What the persister keeps of edits and reactions beside the events."""
        for statement in (_KEEP_EDITS, _KEEP_REACTIONS):
            self._connection.execute(statement, (stream, _LOW))


def _index(connection: psycopg.Connection) -> None:
    """The index that every leaf has for search, as `make_content_month` makes it."""
    leaf = sql.Identifier(f"events_forever_{_LABEL}")
    connection.execute(
        sql.SQL(
            "CREATE INDEX ON {} USING gin ((ARRAY[stream]), to_tsvector('simple', event ->> 'body'),"
            " (event ->> 'body') gin_trgm_ops) WHERE tag IN ('message.created', 'message.edited')"
        ).format(leaf)
    )
    connection.execute("VACUUM ANALYZE events")
    connection.execute("VACUUM ANALYZE message_edits")
    connection.execute("VACUUM ANALYZE message_reactions")


def _tidy(connection: psycopg.Connection) -> None:
    """Everything of a run, also of one that was broken off."""
    connection.execute(f"DROP TABLE IF EXISTS events_forever_{_LABEL}")
    chats = "(SELECT chat FROM members m JOIN people p ON p.id = m.person WHERE p.email = 'bench1@bench.test')"
    for statement in (
        "DELETE FROM streams WHERE id IN (SELECT 'c:' || chat::text FROM {} c)",
        "DELETE FROM message_edits WHERE stream IN (SELECT 'c:' || chat::text FROM {} c)",
        "DELETE FROM message_reactions WHERE stream IN (SELECT 'c:' || chat::text FROM {} c)",
        "DELETE FROM read_marks WHERE chat IN {}",
        "DELETE FROM members WHERE chat IN {}",
        "DELETE FROM people WHERE email LIKE 'bench%@bench.test'",
    ):
        connection.execute(statement.format(chats).encode())
