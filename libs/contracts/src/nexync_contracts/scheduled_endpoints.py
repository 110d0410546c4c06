"""The REST API about messages that are sent later; each is its author's alone."""

from typing import Final

from nexync_contracts import scheduled_rest
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode

_ERRORS: Final = (ProblemCode.NOT_FOUND, ProblemCode.NOT_YET)

SCHEDULED: Final = Endpoint(
    name="scheduled",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/scheduled",
    summary="One's own messages of a chat that wait for their time",
    answer=scheduled_rest.ScheduledList,
)
SCHEDULE: Final = Endpoint(
    name="schedule",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/scheduled",
    summary="Send a message later",
    body=scheduled_rest.ScheduleBody,
    answer=scheduled_rest.ScheduledView,
    status=201,
    errors=(*_ERRORS, ProblemCode.CONFLICT),
    idempotent_by_key=True,
)
RESCHEDULE: Final = Endpoint(
    name="reschedule",
    service="svc-chat",
    method="PATCH",
    path="/api/chats/{chat}/scheduled/{scheduled}",
    summary="Another time or another text for a message that waits; a time that is over sends it",
    body=scheduled_rest.RescheduleBody,
    answer=scheduled_rest.ScheduledView,
    errors=(ProblemCode.NOT_FOUND,),
)
UNSCHEDULE: Final = Endpoint(
    name="unschedule",
    service="svc-chat",
    method="DELETE",
    path="/api/chats/{chat}/scheduled/{scheduled}",
    summary="Never send it",
    status=204,
    errors=(ProblemCode.NOT_FOUND,),
)

SCHEDULED_ENDPOINTS: Final = (SCHEDULED, SCHEDULE, RESCHEDULE, UNSCHEDULE)
