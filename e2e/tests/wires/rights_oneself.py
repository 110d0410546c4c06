"""What everybody may do about themselves, and nobody about the instance."""

import uuid

from pydantic import BaseModel
from rights_scene import (
    EVERYBODY,
    FORBIDDEN,
    INVALID,
    NO_LOGIN,
    NOT_FOUND,
    OK,
    Row,
    Scene,
    Who,
    of_admin,
    of_other,
)

from nexync_contracts import (
    admin_endpoints,
    admin_rest,
    attachment_endpoints,
    bot_endpoints,
    email_endpoints,
    endpoints,
    erasure_endpoints,
    erasure_rest,
    export_endpoints,
    factor_endpoints,
    passkey_endpoints,
    passkey_rest,
    people_endpoints,
    profile_endpoints,
    provider_endpoints,
    push_endpoints,
    report_endpoints,
    scheduled_endpoints,
)
from nexync_contracts.endpoint import Endpoint


def _oneself(status: int, *about: Endpoint) -> tuple[Row, ...]:
    """Rows about oneself: the same answer for everybody who is logged in; bodies are left out, which is 422."""
    answers = dict.fromkeys(Who, status) | {Who.LOGGED_OUT: NO_LOGIN}
    return tuple(Row(one, answers, path=_of_nothing) for one in about)


def _of_nothing(scene: Scene) -> dict[str, str]:
    del scene
    nothing = str(uuid.uuid4())
    names = (
        "session",
        "passkey",
        "identity",
        "bot",
        "scheduled",
        "attachment",
        "picture",
        "person",
        "invitation",
        "report",
    )
    return dict.fromkeys(names, nothing) | {"provider": "nobody", "variant": "original"}


SESSION_ROWS = (
    *_oneself(NOT_FOUND, endpoints.END_SESSION),
    *_oneself(204, endpoints.END_OTHER_SESSIONS),
)
"""To come first: a log-in is the proof that they ask for, for five minutes."""

ONESELF_ROWS = (
    *_oneself(
        OK,
        bot_endpoints.BOTS,
        attachment_endpoints.ATTACHMENT_USAGE,
        endpoints.SESSION,
        endpoints.SESSIONS,
        endpoints.CONNECTIONS,
        endpoints.CHATS,
        email_endpoints.EMAIL,
        erasure_endpoints.ERASURE,
        erasure_endpoints.KEEP,
        factor_endpoints.FACTOR,
        passkey_endpoints.PASSKEYS,
        passkey_endpoints.PASSKEY_PROOF_OPTIONS,
        people_endpoints.SUGGESTIONS,
        profile_endpoints.OWN_PROFILE,
        profile_endpoints.PRIVACY,
        profile_endpoints.BLOCKS,
        provider_endpoints.IDENTITIES,
        push_endpoints.PUSH,
        push_endpoints.END_PUSH_DEVICE,
    ),
    *_oneself(
        INVALID,
        bot_endpoints.MAKE_BOT,
        attachment_endpoints.CREATE_ATTACHMENT,
        attachment_endpoints.DESCRIBE_ATTACHMENT,
        attachment_endpoints.COPY_ATTACHMENT,
        attachment_endpoints.DOWNLOAD,
        attachment_endpoints.SET_PERSON_PICTURE,
        attachment_endpoints.SET_CHAT_PICTURE,
        endpoints.CHANGE_PASSWORD,
        email_endpoints.CHANGE_EMAIL,
        email_endpoints.PROVE_EMAIL,
        export_endpoints.ALLOW_OWN_DATA,
        factor_endpoints.ENROL_FACTOR,
        factor_endpoints.TURN_ON_FACTOR,
        factor_endpoints.TURN_OFF_FACTOR,
        factor_endpoints.RENEW_RECOVERY_CODES,
        passkey_endpoints.PROVE,
        passkey_endpoints.PASSKEY_OPTIONS,
        passkey_endpoints.ADD_PASSKEY,
        passkey_endpoints.RENAME_PASSKEY,
        passkey_endpoints.REMOVE_PASSKEY,
        profile_endpoints.SET_PROFILE,
        profile_endpoints.SET_PRIVACY,
        provider_endpoints.LINK_PROVIDER,
        provider_endpoints.UNLINK_IDENTITY,
        push_endpoints.CHANGE_PUSH,
        push_endpoints.KEEP_PUSH_DEVICE,
        scheduled_endpoints.RESCHEDULE,
    ),
    *_oneself(
        NOT_FOUND,
        bot_endpoints.RENEW_BOT_TOKEN,
        bot_endpoints.REVOKE_BOT_TOKEN,
        bot_endpoints.RETIRE_BOT,
        attachment_endpoints.ATTACHMENT,
        attachment_endpoints.WRITE_ATTACHMENT,
        attachment_endpoints.FINISH_ATTACHMENT,
        attachment_endpoints.DROP_ATTACHMENT,
        attachment_endpoints.PERSON_PICTURE,
        attachment_endpoints.CHAT_PICTURE,
        scheduled_endpoints.UNSCHEDULE,
    ),
    *_oneself(FORBIDDEN, export_endpoints.EXPORT_OWN_DATA),
)

NO_ADMINS = dict.fromkeys(Who, FORBIDDEN) | {Who.LOGGED_OUT: NO_LOGIN}
"""Being the admin of a group is no role in the instance."""


def _proof(scene: Scene) -> BaseModel:
    return admin_rest.AdminProofBody(proof=_password_of(scene))


def _role(scene: Scene) -> BaseModel:
    return admin_rest.SetRoleBody(admin=True, proof=_password_of(scene))


def _invitation(scene: Scene) -> BaseModel:
    return admin_rest.MakeInvitationBody(days=1, uses=1, proof=_password_of(scene))


def _password_of(scene: Scene) -> passkey_rest.OwnerProofBody:
    return passkey_rest.OwnerProofBody(current=scene.admin.password)


INSTANCE_ROWS = (
    Row(erasure_endpoints.ERASE, NO_ADMINS, lambda scene: erasure_rest.EraseBody()),
    Row(admin_endpoints.ADMIN_ROLE, EVERYBODY),
    Row(admin_endpoints.MANAGED_PEOPLE, NO_ADMINS),
    Row(admin_endpoints.INVITATIONS, NO_ADMINS),
    Row(admin_endpoints.AUDIT_LOG, NO_ADMINS),
    Row(admin_endpoints.DEACTIVATE, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.REACTIVATE, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.ERASE_PERSON, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.KEEP_PERSON, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.RESET_FACTORS, NO_ADMINS, _proof, of_other),
    Row(admin_endpoints.SET_ADMIN_ROLE, NO_ADMINS, _role, of_admin),
    Row(admin_endpoints.MAKE_INVITATION, NO_ADMINS, _invitation),
    Row(admin_endpoints.REVOKE_INVITATION, NO_ADMINS, _proof, _of_nothing),
    Row(report_endpoints.REPORTS, NO_ADMINS),
    Row(report_endpoints.CLOSE_REPORT, NO_ADMINS, path=_of_nothing),
)
