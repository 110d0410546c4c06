"""The REST API about the instance itself."""

from typing import Final

from nexync_contracts import instance_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

INSTANCE: Final = Endpoint(
    name="instance",
    service="svc-auth",
    method="GET",
    path="/api/auth/instance",
    summary="Who may make an account here, and who must have a second factor",
    answer=instance_rest.InstanceView,
    open=True,
)
LOOK_AT_INVITATION: Final = Endpoint(
    name="look_at_invitation",
    service="svc-auth",
    method="POST",
    path="/api/auth/invitation",
    summary="Whether an invitation is good",
    body=instance_rest.InvitationBody,
    answer=instance_rest.InvitationFacts,
    errors=(ProblemCode.INVITATION_OVER, ProblemCode.TOO_MANY),
    open=True,
)

INSTANCE_ENDPOINTS: Final = (INSTANCE, LOOK_AT_INVITATION)
