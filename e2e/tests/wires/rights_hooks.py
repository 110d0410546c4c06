"""Who may do what with webhooks: in a group, and in a private chat."""

import secrets
import uuid

from pydantic import BaseModel
from rights_scene import (
    ADMINS,
    ADMINS_READ,
    FORBIDDEN,
    NO_LOGIN,
    NOT_FOUND,
    OK,
    REFUSED,
    Row,
    Scene,
    Who,
)

from nexync_contracts import hook_endpoints, hook_rest

IN_TALK = dict.fromkeys(Who, NOT_FOUND) | {
    Who.MEMBER: OK,
    Who.ADMIN: OK,
    Who.LOGGED_OUT: NO_LOGIN,
}
"""The private chat of the admin and the member: both may the same, and nobody else knows of it."""


def in_talk(scene: Scene) -> dict[str, str]:
    return {"chat": scene.talk}


def new_hook(scene: Scene) -> BaseModel:
    del scene
    return hook_rest.MakeHookBody(secret=secrets.token_hex(16), name="Build")


def no_hook(scene: Scene) -> dict[str, str]:
    """There is no such webhook: that is told to who may revoke one alone."""
    del scene
    return {"hook": str(uuid.uuid4())}


HOOK_ROWS = (
    Row(hook_endpoints.HOOKS, ADMINS_READ),
    Row(hook_endpoints.MAKE_HOOK, ADMINS | {Who.ADMIN: 201}, new_hook),
    Row(hook_endpoints.REVOKE_HOOK, ADMINS | {Who.ADMIN: REFUSED}, path=no_hook),
    Row(hook_endpoints.HOOKS, IN_TALK, path=in_talk),
    Row(
        hook_endpoints.MAKE_HOOK,
        IN_TALK | {Who.MEMBER: 201, Who.ADMIN: 201},
        new_hook,
        in_talk,
    ),
    Row(
        hook_endpoints.REVOKE_HOOK,
        IN_TALK | {Who.MEMBER: REFUSED, Who.ADMIN: REFUSED},
        path=lambda scene: in_talk(scene) | no_hook(scene),
    ),
)

PARTED_ROWS = (
    Row(
        hook_endpoints.MAKE_HOOK,
        IN_TALK | {Who.MEMBER: FORBIDDEN, Who.ADMIN: FORBIDDEN},
        new_hook,
        in_talk,
    ),
)
"""Once the two are connected no more."""
