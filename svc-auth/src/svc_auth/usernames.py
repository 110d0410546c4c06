"""Usernames that nobody may take: names of the service, and names that look like somebody else's."""

import re
import secrets
import unicodedata
from typing import Final

from nexync_contracts import limits
from nexync_contracts.ids import is_deleted

RESERVED_USERNAMES: Final = frozenset(
    {
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "all",
        "api",
        "auth",
        "billing",
        "bot",
        "bots",
        "channel",
        "chat",
        "chats",
        "contact",
        "deleted",
        "everyone",
        "group",
        "groups",
        "guest",
        "help",
        "here",
        "hostmaster",
        "info",
        "invite",
        "login",
        "logout",
        "mail",
        "mailer",
        "me",
        "moderator",
        "nexync",
        "no-reply",
        "nobody",
        "noreply",
        "notifications",
        "null",
        "official",
        "owner",
        "people",
        "postmaster",
        "private",
        "register",
        "root",
        "security",
        "settings",
        "signup",
        "staff",
        "status",
        "superuser",
        "support",
        "system",
        "team",
        "undefined",
        "user",
        "users",
        "verify",
        "webmaster",
        "ws",
        "www",
    }
)


_SEPARATORS: Final = re.compile(r"[._-]+")
_FOREIGN: Final = re.compile(r"[^a-z0-9._-]+")
_NUMBER_DIGITS: Final = 4
_NUMBERED: Final = 5
_LOOKS: Final = str.maketrans("01", "ol")
_DIGITS_FOR_LETTERS: Final = str.maketrans("013457il", "oleastll")

SKELETON_SQL: Final = (
    "regexp_replace(translate(replace(replace(username, 'rn', 'm'), 'vv', 'w'), '01', 'ol'),"
    " '[._-]+', '-', 'g')"
)
"""`skeleton` in SQL, word for word the expression of the index `people_username_skeleton`."""


def skeleton(username: str) -> str:
    """What a username looks like: two with the same skeleton can be taken for each other.

    The confusables of Unicode's UTS 39 that the alphabet of usernames leaves (rn and m, vv and w, 0 and o, 1 and l);
    separators look alike.
    """
    text = username.replace("rn", "m").replace("vv", "w").translate(_LOOKS)
    return _SEPARATORS.sub("-", text)


def is_reserved(username: str) -> bool:
    """Whether a username could be taken for the service, also with digits for letters, or for an erased account."""
    if is_deleted(skeleton(username)):
        return True
    plain = _plain(username)
    return plain in _RESERVED_PLAIN or plain.startswith(_OWN_PLAIN)


def _plain(username: str) -> str:
    """Much coarser than the skeleton: nobody needs a name this close to the service's."""
    return _SEPARATORS.sub("", skeleton(username)).translate(_DIGITS_FOR_LETTERS)


_RESERVED_PLAIN: Final = frozenset(_plain(name) for name in RESERVED_USERNAMES)
_OWN_PLAIN: Final = _plain("nexync")


def suggestions(hint: str) -> tuple[str, ...]:
    """Usernames for somebody whom a provider calls so, the nicest first; none of them is the service's.

    The hint as far as it fits, then with four random digits, at last a name that says nothing.
    """
    plain = unicodedata.normalize("NFKD", hint).encode("ascii", "ignore").decode().lower()
    most = limits.USERNAME_CHARS[1]
    base = _SEPARATORS.sub("-", _FOREIGN.sub("-", plain)).strip("-")[:most].strip("-")
    found: list[str] = []
    if len(base) >= limits.USERNAME_CHARS[0]:
        found.append(base)
    stem = base[: most - _NUMBER_DIGITS - 1].strip("-") or "member"
    found += [f"{stem}-{_number()}" for _ in range(_NUMBERED)]
    found += [f"member-{_number()}{_number()}" for _ in range(_NUMBERED)]
    return tuple(name for name in found if not is_reserved(name))


def _number() -> str:
    return f"{secrets.randbelow(10**_NUMBER_DIGITS):0{_NUMBER_DIGITS}d}"
