"""The public endpoints about messages for later."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from nexync_contracts import scheduled_endpoints as endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.ids import ChatId, ScheduledId
from nexync_contracts.scheduled_rest import RescheduleBody, ScheduleBody
from nexync_runtime.http import Call
from svc_chat.scheduling import Scheduling


def scheduled_handlers(
    scheduling: Scheduling,
) -> dict[Endpoint, Callable[[Call], Awaitable[BaseModel | None]]]:
    """A handler for every endpoint about messages for later; refusals are exceptions of the use case."""

    async def scheduled(call: Call) -> BaseModel:
        return await scheduling.of(call.claims.sub, _chat(call))

    async def schedule(call: Call) -> BaseModel:
        body: ScheduleBody = call.body
        return await scheduling.add(call.claims.sub, _chat(call), body, call.key)

    async def reschedule(call: Call) -> BaseModel:
        body: RescheduleBody = call.body
        return await scheduling.change(call.claims.sub, _chat(call), _message(call), body)

    async def unschedule(call: Call) -> None:
        await scheduling.remove(call.claims.sub, _chat(call), _message(call))

    return {
        endpoints.SCHEDULED: scheduled,
        endpoints.SCHEDULE: schedule,
        endpoints.RESCHEDULE: reschedule,
        endpoints.UNSCHEDULE: unschedule,
    }


def _chat(call: Call) -> ChatId:
    return ChatId(call.path["chat"])


def _message(call: Call) -> ScheduledId:
    return ScheduledId(call.path["scheduled"])
