"""The REST API about people, beside finding and asking them."""

from typing import Final

from nexync_contracts import rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

DISCONNECT: Final = Endpoint(
    name="disconnect",
    service="svc-chat",
    method="DELETE",
    path="/api/connections/{person}",
    summary="End what is between two people: decline who asked, withdraw one's asking, or part",
    answer=rest.PersonView,
    errors=(ProblemCode.NOT_FOUND,),
)
SUGGESTIONS: Final = Endpoint(
    name="suggestions",
    service="svc-chat",
    method="GET",
    path="/api/people/suggestions",
    summary="People whom those know whom one knows, then who was here lately",
    answer=rest.PeoplePage,
    cost=3,
)
PRESENCE: Final = Endpoint(
    name="presence",
    service="svc-chat",
    method="GET",
    path="/api/people/{person}/presence",
    summary="Whether a person is here, or when they were last",
    answer=rest.PresenceView,
    errors=(ProblemCode.NOT_FOUND,),
)

PEOPLE_ENDPOINTS: Final = (DISCONNECT, SUGGESTIONS, PRESENCE)
