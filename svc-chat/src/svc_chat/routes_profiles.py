"""The public endpoints about profiles, privacy and blocks."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import profile_endpoints as endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import PersonId
from nexync_contracts.profile_rest import PrivacyBody, ProfileBody
from nexync_runtime.http import Call
from svc_chat.profiling import Profiles


def profile_handlers(
    profiles: Profiles,
) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel]]]:
    """A handler for every endpoint about profiles; refusals are exceptions of the use case."""
    public = _Profiles(profiles)
    return {
        endpoints.PROFILE: public.profile,
        endpoints.OWN_PROFILE: public.own,
        endpoints.SET_PROFILE: public.change,
        endpoints.PRIVACY: public.privacy,
        endpoints.SET_PRIVACY: public.settle,
        endpoints.BLOCKS: public.blocks,
        endpoints.BLOCK: public.block,
        endpoints.UNBLOCK: public.unblock,
    }


def _person(call: Call) -> PersonId:
    return PersonId(call.path["person"])


class _Profiles:
    """One method an endpoint."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    async def profile(self, call: Call) -> BaseModel:
        return await self._profiles.of(call.claims.sub, _person(call))

    async def own(self, call: Call) -> BaseModel:
        return await self._profiles.own(call.claims.sub)

    async def change(self, call: Call) -> BaseModel:
        body: ProfileBody = call.body
        return await self._profiles.change(call.claims.sub, body)

    async def privacy(self, call: Call) -> BaseModel:
        return await self._profiles.privacy(call.claims.sub)

    async def settle(self, call: Call) -> BaseModel:
        body: PrivacyBody = call.body
        return await self._profiles.settle(call.claims.sub, body)

    async def blocks(self, call: Call) -> BaseModel:
        return await self._profiles.blocked(call.claims.sub)

    async def block(self, call: Call) -> BaseModel:
        return await self._profiles.block(call.claims.sub, _person(call))

    async def unblock(self, call: Call) -> BaseModel:
        return await self._profiles.unblock(call.claims.sub, _person(call))
