"""The REST endpoints for administrators. Each asks for the role, and each change for a proof besides."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import admin_endpoints, admin_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import InviteId, PersonId
from nexync_contracts.passkey_rest import OwnerProofBody
from nexync_contracts.session import AdminCheck
from nexync_runtime.http import Call, Handler
from svc_auth.admin_ports import Actor, Managed
from svc_auth.administering import Administering
from svc_auth.invitation_ports import Invitation
from svc_auth.inviting import Inviting
from svc_auth.requests import address_of, unless_busy

INTERNAL_ADMINS: Final = Endpoint(
    name="internal_admins_check",
    service="svc-auth",
    method="POST",
    path="/internal/admins/check",
    summary="May this person administer the instance?",
    body=AdminCheck,
    answer=admin_rest.RoleView,
    open=True,
)


class AdminRoutes:
    """The handlers."""

    def __init__(self, administering: Administering, inviting: Inviting) -> None:
        self._administering = administering
        self._inviting = inviting

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            admin_endpoints.ADMIN_ROLE: self._role,
            admin_endpoints.MANAGED_PEOPLE: self._people,
            admin_endpoints.DEACTIVATE: self._upon_person(self._administering.deactivate),
            admin_endpoints.REACTIVATE: self._upon_person(self._administering.reactivate),
            admin_endpoints.ERASE_PERSON: self._upon_person(self._administering.erase),
            admin_endpoints.KEEP_PERSON: self._upon_person(self._administering.keep),
            admin_endpoints.RESET_FACTORS: self._upon_person(self._administering.reset_factors),
            admin_endpoints.SET_ADMIN_ROLE: unless_busy(self._set_role),
            admin_endpoints.INVITATIONS: self._invitations,
            admin_endpoints.MAKE_INVITATION: unless_busy(self._invite),
            admin_endpoints.REVOKE_INVITATION: unless_busy(self._revoke),
            admin_endpoints.AUDIT_LOG: self._log,
        }

    def internal(self) -> Mapping[Endpoint, Handler]:
        """What only other services reach."""
        return {INTERNAL_ADMINS: self._check}

    async def _check(self, call: Call) -> BaseModel:
        body: AdminCheck = call.body
        return admin_rest.RoleView(admin=await self._administering.is_admin(body.person))

    async def _role(self, call: Call) -> BaseModel:
        return admin_rest.RoleView(admin=await self._administering.is_admin(call.claims.sub))

    async def _people(self, call: Call) -> BaseModel:
        await self._administering.check(call.claims.sub)
        found, after = await self._administering.people(
            call.text("q") or "", call.text("past") or ""
        )
        return admin_rest.ManagedPeople(people=tuple(map(_managed, found)), next=after)

    def _upon_person(self, change: Callable[[Actor, PersonId], Awaitable[Managed]]) -> Handler:
        """A change of the account that the path names, after the proof of who makes it."""

        async def handler(call: Call) -> BaseModel:
            body: admin_rest.AdminProofBody = call.body
            actor = await self._actor(call, body.proof)
            return _managed(await change(actor, _person(call)))

        return unless_busy(handler)

    async def _set_role(self, call: Call) -> BaseModel:
        body: admin_rest.SetRoleBody = call.body
        actor = await self._actor(call, body.proof)
        return _managed(await self._administering.set_role(actor, _person(call), admin=body.admin))

    async def _invitations(self, call: Call) -> BaseModel:
        await self._administering.check(call.claims.sub)
        found = await self._inviting.listed()
        return admin_rest.InvitationsPage(invitations=tuple(map(_invitation, found)))

    async def _invite(self, call: Call) -> BaseModel:
        body: admin_rest.MakeInvitationBody = call.body
        actor = await self._actor(call, body.proof)
        made, token = await self._inviting.make(actor, body.label, days=body.days, uses=body.uses)
        return admin_rest.InvitationMade(invitation=_invitation(made), token=token)

    async def _revoke(self, call: Call) -> Response:
        body: admin_rest.AdminProofBody = call.body
        actor = await self._actor(call, body.proof)
        await self._inviting.revoke(actor, InviteId(call.path["invitation"]))
        return Response(status_code=call.endpoint.status)

    async def _log(self, call: Call) -> BaseModel:
        await self._administering.check(call.claims.sub)
        found, before = await self._administering.log(call.integer("before"))
        entries = tuple(
            admin_rest.AuditEntry(
                number=one.number,
                at=_ms(one.at),
                by=one.by,
                action=one.action,
                subject=one.subject,
                address=one.address,
            )
            for one in found
        )
        return admin_rest.AuditPage(entries=entries, next=before)

    async def _actor(self, call: Call, proof: OwnerProofBody) -> Actor:
        return await self._administering.actor(call.claims, proof, address_of(call.request))


def _person(call: Call) -> PersonId:
    return PersonId(call.path["person"])


def _managed(one: Managed) -> admin_rest.ManagedPerson:
    return admin_rest.ManagedPerson(
        person=one.person,
        username=one.username,
        name=one.name,
        email=one.email,
        role=one.role,
        verified=one.verified,
        bot=one.bot,
        owner=one.owner,
        second_factor=one.second_factor,
        passkeys=one.passkeys,
        sessions=one.sessions,
        made_at=_ms(one.made_at),
        seen_at=None if one.seen_at is None else _ms(one.seen_at),
        deactivated_at=None if one.deactivated_at is None else _ms(one.deactivated_at),
        erase_at=None if one.erase_at is None else _ms(one.erase_at),
    )


def _invitation(one: Invitation) -> admin_rest.InvitationView:
    return admin_rest.InvitationView(
        invitation=one.id,
        label=one.label,
        by=one.by,
        made_at=_ms(one.made_at),
        expires_at=_ms(one.expires_at),
        most=one.most,
        uses=one.uses,
        revoked_at=None if one.revoked_at is None else _ms(one.revoked_at),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
