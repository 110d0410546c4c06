"""The public endpoints: what a request means for the use cases, and what their refusals mean over HTTP."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from nexync_contracts import endpoints, message_endpoints, people_endpoints, search_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Issue, ProblemCode
from nexync_contracts.ids import ChatId, PersonId, chat_stream
from nexync_contracts.limits import TIMELINE_PAGE
from nexync_contracts.message_rest import DeleteMessageBody, EditMessageBody, ReactBody
from nexync_contracts.report_endpoints import REPORT
from nexync_contracts.report_rest import ReportBody
from nexync_contracts.rest import (
    AddMemberBody,
    AskBody,
    CreateChatBody,
    ReadMarkBody,
    RenameChatBody,
)
from nexync_runtime.cursors import Cursors, paging
from nexync_runtime.http import Call, Handler, ProblemError, contract_response
from svc_chat.attaching import Attaching
from svc_chat.commanding import Actor, Commanding
from svc_chat.errors import (
    BusyError,
    ClosedError,
    ConflictError,
    FileRefusedError,
    InvalidError,
    NotAnAdminError,
    NotConnectedError,
    NothingThereError,
    NotProvedError,
    NotYetError,
    ObjectsAwayError,
    OutcomeUnknownError,
    QuotaFullError,
    RefusedError,
    TooManyError,
)
from svc_chat.exporting import Exporting
from svc_chat.grouping import Grouping
from svc_chat.history import History
from svc_chat.hooking import Hooking
from svc_chat.listing import Listing
from svc_chat.looking import Looking
from svc_chat.marking import Marking
from svc_chat.messaging import Messaging
from svc_chat.own_data import OwnData
from svc_chat.owning import Owning
from svc_chat.picturing import Picturing
from svc_chat.pinning import Pinning
from svc_chat.presence import Presences
from svc_chat.profiling import Profiles
from svc_chat.pushing import Pushing
from svc_chat.reading import StreamReading
from svc_chat.receipts import Receipts
from svc_chat.relations import Relations
from svc_chat.reporting import Reporting
from svc_chat.routes_attachments import attachment_handlers, file_problem_of
from svc_chat.routes_export import export_handlers
from svc_chat.routes_groups import group_handlers
from svc_chat.routes_hooks import hook_handlers
from svc_chat.routes_kept import noting, window_of
from svc_chat.routes_own import own_handlers
from svc_chat.routes_pins import pin_handlers
from svc_chat.routes_profiles import profile_handlers
from svc_chat.routes_push import push_handlers
from svc_chat.routes_receipts import receipt_handlers
from svc_chat.routes_reports import report_handlers
from svc_chat.routes_scheduled import scheduled_handlers
from svc_chat.scheduling import Scheduling
from svc_chat.searching import Asked, Searching
from svc_chat.serving import Contents, Serving
from svc_chat.timeline import Timelines, Wanted

RETRY_SECONDS: Final = 1.0

Answer = BaseModel | Response | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """Everything that the public endpoints do."""

    relations: Relations
    presences: Presences
    profiles: Profiles
    history: History
    listing: Listing
    reading: StreamReading
    marking: Marking
    commanding: Commanding
    grouping: Grouping
    hooking: Hooking
    messaging: Messaging
    pinning: Pinning
    reporting: Reporting
    looking: Looking
    owning: Owning
    timelines: Timelines
    searching: Searching
    pushing: Pushing
    exporting: Exporting
    own_data: OwnData
    attaching: Attaching
    serving: Serving
    picturing: Picturing
    contents: Contents
    receipts: Receipts
    scheduling: Scheduling


Around = Callable[[Endpoint, Handler], Handler]
"""Puts something before or after a handler."""


def handlers(
    use_cases: UseCases, cursors: Cursors, *, around: Around | None = None, rename: bool = False
) -> Mapping[Endpoint, Handler]:
    """A handler for every endpoint of svc-chat that is switched on; `around` goes around each."""
    public = _Public(use_cases)
    table: dict[Endpoint, Callable[[Call], Awaitable[Answer]]] = {
        endpoints.PEOPLE: public.people,
        endpoints.PERSON: public.person,
        endpoints.CONNECTIONS: public.connections,
        endpoints.ASK: public.ask,
        endpoints.ACCEPT: public.accept,
        people_endpoints.DISCONNECT: public.disconnect,
        people_endpoints.SUGGESTIONS: public.suggestions,
        people_endpoints.PRESENCE: public.presence,
        endpoints.CHATS: public.chats,
        endpoints.CREATE_CHAT: public.create_chat,
        endpoints.CHAT: public.chat,
        endpoints.ADD_MEMBER: public.add_member,
        endpoints.REMOVE_MEMBER: public.remove_member,
        message_endpoints.TIMELINE: public.timeline,
        message_endpoints.EVENTS: public.events,
        message_endpoints.EDIT_MESSAGE: public.edit_message,
        message_endpoints.DELETE_MESSAGE: public.delete_message,
        message_endpoints.REACT: public.react,
        message_endpoints.VERSIONS: public.versions,
        message_endpoints.READ_MARK: public.read_mark,
        search_endpoints.SEARCH: public.search,
        REPORT: public.report,
        **export_handlers(use_cases.exporting, use_cases.timelines, use_cases.own_data),
        **attachment_handlers(
            use_cases.attaching, use_cases.serving, use_cases.picturing, use_cases.contents
        ),
        **group_handlers(use_cases.grouping),
        **hook_handlers(use_cases.hooking),
        **own_handlers(use_cases.owning),
        **profile_handlers(use_cases.profiles),
        **push_handlers(use_cases.pushing),
        **pin_handlers(use_cases.pinning),
        **receipt_handlers(use_cases.receipts),
        **scheduled_handlers(use_cases.scheduling),
        **report_handlers(use_cases.looking),
    }
    if rename:
        table[endpoints.RENAME_CHAT] = public.rename_chat
    refused = {endpoint: refusing(handler) for endpoint, handler in table.items()}
    whole = {
        endpoint: paging(endpoint, handler, cursors) if endpoint.paged else handler
        for endpoint, handler in refused.items()
    }
    if around is None:
        return whole
    return {endpoint: around(endpoint, handler) for endpoint, handler in whole.items()}


def refusing(handler: Callable[[Call], Awaitable[Answer]]) -> Handler:
    """The handler with the use cases' refusals as problems."""

    async def answer(call: Call) -> Answer:
        try:
            return await handler(call)
        except _REFUSALS as error:
            raise problem_of(error) from error

    return answer


_REFUSALS: Final = (
    NothingThereError,
    NotYetError,
    OutcomeUnknownError,
    RefusedError,
    NotConnectedError,
    NotAnAdminError,
    NotProvedError,
    ClosedError,
    InvalidError,
    ConflictError,
    FileRefusedError,
    QuotaFullError,
    ObjectsAwayError,
    TooManyError,
    BusyError,
)


def problem_of(error: Exception) -> ProblemError:
    """The problem for a refusal of a use case."""
    match error:
        case NothingThereError():
            return ProblemError(404, ProblemCode.NOT_FOUND, "There is nothing here")
        case NotYetError():
            return ProblemError(
                503, ProblemCode.NOT_YET, "This isn't readable yet", retry_after=RETRY_SECONDS
            )
        case OutcomeUnknownError(command=command):
            return ProblemError(
                503,
                ProblemCode.NOT_YET,
                "The change is on its way",
                detail=f"repeat the request with the header Idempotency-Key: {command}",
                retry_after=RETRY_SECONDS,
            )
        case RefusedError(code=code):
            return ProblemError(
                409, ProblemCode.REJECTED, "The change was rejected", detail=code.value, reject=code
            )
        case NotConnectedError():
            return ProblemError(
                403, ProblemCode.NOT_CONNECTED, "You are not connected with everyone named"
            )
        case NotAnAdminError():
            return ProblemError(403, ProblemCode.FORBIDDEN, "Only administrators may do this")
        case NotProvedError():
            return ProblemError(
                403, ProblemCode.FORBIDDEN, "Show first that it is you, then try again"
            )
        case ClosedError():
            return ProblemError(403, ProblemCode.FORBIDDEN, "This person takes no request from you")
        case InvalidError(path=path, message=message):
            return ProblemError(
                422,
                ProblemCode.VALIDATION,
                "The request is not valid",
                detail=f"{'.'.join(str(part) for part in path)}: {message}",
                issues=(Issue(path=path, code="invalid", message=message),),
            )
        case ConflictError() | FileRefusedError() | QuotaFullError() | ObjectsAwayError():
            return file_problem_of(error)
        case TooManyError(seconds=seconds):
            return ProblemError(
                429,
                ProblemCode.TOO_MANY,
                "This was done as often as one may for now",
                retry_after=seconds,
            )
        case _:
            return ProblemError(
                503,
                ProblemCode.UNAVAILABLE,
                "Too much is going on at the moment",
                retry_after=RETRY_SECONDS,
            )


def _chat(call: Call) -> ChatId:
    return ChatId(call.path["chat"])


def _person(call: Call) -> PersonId:
    return PersonId(call.path["person"])


def _actor(call: Call) -> Actor:
    return Actor(call.claims.sub, call.claims.sid, call.key)


class _Public:
    """One method an endpoint."""

    def __init__(self, use_cases: UseCases) -> None:
        self._use = use_cases

    async def people(self, call: Call) -> Answer:
        return await self._use.relations.search(call.claims.sub, call.text("q"))

    async def person(self, call: Call) -> Answer:
        return await self._use.relations.person(call.claims.sub, _person(call))

    async def connections(self, call: Call) -> Answer:
        return await self._use.relations.connections(call.claims.sub, call.text("after"))

    async def ask(self, call: Call) -> Answer:
        body: AskBody = call.body
        return await self._use.relations.ask(call.claims.sub, body.person)

    async def accept(self, call: Call) -> Answer:
        return await self._use.relations.accept(call.claims.sub, _person(call))

    async def disconnect(self, call: Call) -> Answer:
        return await self._use.relations.end(call.claims.sub, _person(call))

    async def suggestions(self, call: Call) -> Answer:
        return await self._use.relations.suggestions(call.claims.sub)

    async def presence(self, call: Call) -> Answer:
        return await self._use.presences.of(call.claims.sub, _person(call))

    async def chats(self, call: Call) -> Answer:
        return await self._use.listing.page(
            call.claims.sub, call.text("after"), call.integer("limit")
        )

    async def chat(self, call: Call) -> Answer:
        chat, me = _chat(call), call.claims.sub
        await self._use.reading.look(
            chat_stream(chat), person=me, at_least=call.integer("at_least")
        )
        return await self._use.listing.chat(me, chat)

    async def create_chat(self, call: Call) -> Answer:
        body: CreateChatBody = call.body
        done = await self._use.commanding.create(_actor(call), body)
        return done if done.created else contract_response(done, 200)

    async def rename_chat(self, call: Call) -> Answer:
        body: RenameChatBody = call.body
        return await self._use.commanding.rename(_actor(call), _chat(call), body.name)

    async def add_member(self, call: Call) -> Answer:
        body: AddMemberBody = call.body
        return await self._use.commanding.add(_actor(call), _chat(call), body.person)

    async def remove_member(self, call: Call) -> Answer:
        return await self._use.commanding.remove(_actor(call), _chat(call), _person(call))

    async def timeline(self, call: Call) -> Answer:
        wanted = Wanted(
            before=call.integer("before"),
            after=call.integer("after"),
            around=call.integer("around"),
            count=call.integer("limit") or TIMELINE_PAGE,
        )
        at_least, window, seen = call.integer("at_least"), window_of(call), noting(call)
        return await self._use.timelines.page(
            _chat(call), call.claims.sub, wanted, at_least=at_least, window=window, seen=seen
        )

    async def edit_message(self, call: Call) -> Answer:
        body: EditMessageBody = call.body
        return await self._use.messaging.edit(_actor(call), _chat(call), body)

    async def delete_message(self, call: Call) -> Answer:
        body: DeleteMessageBody = call.body
        return await self._use.messaging.delete(_actor(call), _chat(call), body)

    async def react(self, call: Call) -> Answer:
        body: ReactBody = call.body
        return await self._use.messaging.react(_actor(call), _chat(call), body)

    async def versions(self, call: Call) -> Answer:
        target = call.integer("target")
        if target is None:
            raise InvalidError(("query", "target"), "is required")
        return await self._use.timelines.versions(
            _chat(call), call.claims.sub, target, at_least=call.integer("at_least")
        )

    async def events(self, call: Call) -> Answer:
        return await self._use.history.events(
            _chat(call),
            call.claims.sub,
            after=call.integer("after"),
            limit=call.integer("limit"),
            at_least=call.integer("at_least"),
        )

    async def search(self, call: Call) -> Answer:
        asked = Asked(
            text=call.text("q") or "",
            chat=call.text("chat"),
            zone=call.text("zone"),
            after=call.text("after"),
            limit=call.integer("limit"),
        )
        return await self._use.searching.page(call.claims.sub, asked)

    async def report(self, call: Call) -> Answer:
        body: ReportBody = call.body
        return await self._use.reporting.report(call.claims.sub, body)

    async def read_mark(self, call: Call) -> Answer:
        body: ReadMarkBody = call.body
        chat, me = _chat(call), call.claims.sub
        marked = await self._use.marking.mark(chat, me, body.seq)
        await self._use.owning.was_read(me, chat)
        return marked
