"""Events that are for their author alone (ADR 0054), told apart by their encoded bytes. Pure.

A text can't look so: its quotes are escaped.
"""

import re
from typing import Final

from nexync_contracts.ids import PersonId
from nexync_streams.blocking import HIDDEN

_BY: Final = re.compile(rb'"by":"([0-9a-f-]{36})"')


def author_of(frame: bytes) -> PersonId:
    """Who made the event of an encoded frame. Raises ValueError where none is named."""
    found = _BY.search(frame)
    if found is None:
        msg = "event without an author"
        raise ValueError(msg)
    return PersonId(found[1].decode())


def is_hidden_from(person: PersonId, frame: bytes) -> bool:
    """Whether the event of an encoded frame is for somebody else alone."""
    return HIDDEN in frame and author_of(frame) != person
