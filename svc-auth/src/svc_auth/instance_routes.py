"""The REST endpoints about the instance itself, for whoever stands before the door."""

from collections.abc import Mapping

from pydantic import BaseModel

from nexync_contracts import instance_endpoints, instance_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.instance_rest import RegistrationMode
from nexync_runtime.http import Call, Handler
from svc_auth.admitting import Admitting
from svc_auth.requests import address_of
from svc_auth.requiring import Requiring


class InstanceRoutes:
    """The handlers."""

    def __init__(self, admitting: Admitting, requiring: Requiring) -> None:
        self._admitting = admitting
        self._requiring = requiring

    def public(self) -> Mapping[Endpoint, Handler]:
        """What the edge passes on."""
        return {
            instance_endpoints.INSTANCE: self._instance,
            instance_endpoints.LOOK_AT_INVITATION: self._look,
        }

    async def _instance(self, _: Call) -> BaseModel:
        policy = self._admitting.policy
        told = policy.domains if policy.mode is RegistrationMode.DOMAINS else ()
        return instance_rest.InstanceView(
            registration=policy.mode, second_factor=self._requiring.mode, domains=told
        )

    async def _look(self, call: Call) -> BaseModel:
        body: instance_rest.InvitationBody = call.body
        found = await self._admitting.look(body.invitation, address_of(call.request))
        return instance_rest.InvitationFacts(expires_at=int(found.expires_at.timestamp() * 1000))
