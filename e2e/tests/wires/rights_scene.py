"""Who asks, about what, and the answers that come up again and again."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from nexync_client import Rest
from nexync_contracts import group_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ChatId
from nexync_e2e.person import Person


class Who(StrEnum):
    """Everybody's relation to the group and to its admin."""

    STRANGER = "stranger"
    CONNECTED = "connected"
    """Connected with the admin, not in the group."""
    MEMBER = "member"
    ADMIN = "admin"
    BLOCKED = "blocked"
    """Was connected with the admin, who blocked them; not in the group."""
    REMOVED = "removed"
    LOGGED_OUT = "logged out"


@dataclass(frozen=True, slots=True)
class Scene:
    """The group, the people by what they are, and somebody who may be added or removed."""

    chat: ChatId
    people: Mapping[Who, Person]
    other: Person
    link: group_rest.InviteBody
    said: int
    """A message of the admin's."""
    talk: ChatId
    """The private chat of the admin and the member."""

    @property
    def admin(self) -> Person:
        return self.people[Who.ADMIN]

    def rest_of(self, who: Who) -> Rest:
        return self.people[who].rest


NOT_FOUND, NO_LOGIN, REFUSED, OK, INVALID, FORBIDDEN = 404, 401, 409, 200, 422, 403
OFF = 405
READ = {
    Who.STRANGER: NOT_FOUND,
    Who.CONNECTED: NOT_FOUND,
    Who.BLOCKED: NOT_FOUND,
    Who.MEMBER: OK,
    Who.ADMIN: OK,
    Who.REMOVED: OK,
    Who.LOGGED_OUT: NO_LOGIN,
}
"""Former members read what they saw."""
INSIDE = READ | {Who.REMOVED: NOT_FOUND}
CHANGE = READ | {Who.REMOVED: REFUSED}
ADMINS = READ | {Who.MEMBER: REFUSED, Who.REMOVED: REFUSED}
ADMINS_READ = INSIDE | {Who.MEMBER: REFUSED}
EVERYBODY = dict.fromkeys(Who, OK) | {Who.LOGGED_OUT: NO_LOGIN}

Body = Callable[[Scene], BaseModel | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One action: what is asked, and the answer for each."""

    endpoint: Endpoint
    answers: Mapping[Who, int]
    body: Body = lambda scene: None
    path: Callable[[Scene], dict[str, str]] = lambda scene: {}
    query: Callable[[Scene], dict[str, int | str]] = lambda scene: {}


def of_other(scene: Scene) -> dict[str, str]:
    return {"person": scene.other.id}


def new_link(scene: Scene) -> BaseModel:
    del scene
    return group_rest.MakeInviteBody(secret=secrets.token_hex(16), uses=1)


def later() -> int:
    """In an hour, Unix milliseconds."""
    return int(time.time() * 1000) + 3_600_000


def of_admin(scene: Scene) -> dict[str, str]:
    return {"person": scene.admin.id}


def at_message(scene: Scene) -> dict[str, int | str]:
    return {"target": scene.said}
