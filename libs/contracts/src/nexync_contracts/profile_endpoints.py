"""The REST API about profiles, privacy and blocks."""

from typing import Final

from nexync_contracts import profile_rest, rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

PROFILE: Final = Endpoint(
    name="profile",
    service="svc-chat",
    method="GET",
    path="/api/people/{person}/profile",
    summary="A person's page: bio, connections and what one has in common",
    revalidated=True,
    answer=profile_rest.ProfileView,
    errors=(ProblemCode.NOT_FOUND,),
)
OWN_PROFILE: Final = Endpoint(
    name="own_profile",
    service="svc-chat",
    method="GET",
    path="/api/me/profile",
    summary="What one says of oneself",
    answer=profile_rest.OwnProfile,
)
SET_PROFILE: Final = Endpoint(
    name="set_profile",
    service="svc-chat",
    method="PATCH",
    path="/api/me/profile",
    summary="Change one's name or bio",
    body=profile_rest.ProfileBody,
    answer=profile_rest.OwnProfile,
)
PRIVACY: Final = Endpoint(
    name="privacy",
    service="svc-chat",
    method="GET",
    path="/api/me/privacy",
    summary="Who may find one, ask to connect, see whether one is here and what one has read",
    answer=profile_rest.PrivacyView,
)
SET_PRIVACY: Final = Endpoint(
    name="set_privacy",
    service="svc-chat",
    method="PATCH",
    path="/api/me/privacy",
    summary="Change who may find one, ask to connect, see whether one is here and what one has read",
    body=profile_rest.PrivacyBody,
    answer=profile_rest.PrivacyView,
)
BLOCKS: Final = Endpoint(
    name="blocks",
    service="svc-chat",
    method="GET",
    path="/api/blocks",
    summary="Whom one blocked, the newest 200",
    answer=rest.PeoplePage,
)
BLOCK: Final = Endpoint(
    name="block",
    service="svc-chat",
    method="PUT",
    path="/api/blocks/{person}",
    summary="Block a person: ends the connection; they can't find, ask or see one until unblocked",
    answer=rest.PersonView,
    errors=(ProblemCode.NOT_FOUND,),
)
UNBLOCK: Final = Endpoint(
    name="unblock",
    service="svc-chat",
    method="DELETE",
    path="/api/blocks/{person}",
    summary="Unblock a person",
    answer=rest.PersonView,
    errors=(ProblemCode.NOT_FOUND,),
)

PROFILE_ENDPOINTS: Final = (
    PROFILE,
    OWN_PROFILE,
    SET_PROFILE,
    PRIVACY,
    SET_PRIVACY,
    BLOCKS,
    BLOCK,
    UNBLOCK,
)
