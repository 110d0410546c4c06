"""The internal port: plain routes without a login, in no route table of the edge."""

import uuid
from collections.abc import Awaitable, Callable

import psycopg
import psycopg_pool
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nexync_contracts.attachment_rest import AttachmentsAsk
from nexync_contracts.errors import Issue, ProblemCode, issues_of
from nexync_contracts.ids import ChatId, PersonId, Stream, stream_id
from nexync_contracts.limits import REPAIR_EVENTS
from nexync_contracts.push_jobs import PushForgotten, PushGone, PushPageAsk
from nexync_contracts.session import HeadsAsk
from nexync_runtime.http import ProblemError, contract_response, problem_response
from svc_chat.attaching import Attaching
from svc_chat.errors import BusyError, InvalidError, NothingThereError, NotYetError
from svc_chat.inside import Inside
from svc_chat.pushing import Pushing
from svc_chat.routes import problem_of

BODY_BYTES = 131_072
"""2,000 streams of 41 characters each fit."""

SEQ_DIGITS = 16


def internal_routes(inside: Inside, pushing: Pushing, attaching: Attaching) -> list[BaseRoute]:
    """The routes that the gateways and the mailer use."""

    async def streams(request: Request) -> BaseModel:
        return await inside.streams_of(
            PersonId(_uuid(request, "person")), _integer(request, "at_least")
        )

    async def view(request: Request) -> BaseModel:
        return await inside.view(
            ChatId(_uuid(request, "chat")),
            PersonId(_uuid(request, "person")),
            _integer(request, "at_least"),
        )

    async def heads(request: Request) -> BaseModel:
        return await inside.heads(HeadsAsk.model_validate_json(await _body(request)).streams)

    async def push_page(request: Request) -> BaseModel:
        return await pushing.page(PushPageAsk.model_validate_json(await _body(request)))

    async def push_gone(request: Request) -> BaseModel:
        word = PushGone.model_validate_json(await _body(request))
        return PushForgotten(forgotten=await pushing.gone(word))

    async def attachments(request: Request) -> BaseModel:
        ask = AttachmentsAsk.model_validate_json(await _body(request))
        return await attaching.admit(ask.person, ask.attachments)

    async def events(request: Request) -> BaseModel:
        stream = Stream(request.path_params["stream"])
        try:
            stream_id(stream)
        except ValueError as error:
            raise InvalidError(("path", "stream"), str(error)) from None
        after = _integer(request, "after") or 0
        limit = _integer(request, "limit")
        return await inside.events(stream, after, REPAIR_EVENTS if limit is None else limit)

    return [
        _route("/internal/people/{person}/streams", streams, "GET"),
        _route("/internal/chats/{chat}/members/{person}", view, "GET"),
        _route("/internal/attachments", attachments, "POST"),
        _route("/internal/heads", heads, "POST"),
        _route("/internal/streams/{stream}/events", events, "GET"),
        _route("/internal/push/page", push_page, "POST"),
        _route("/internal/push/gone", push_gone, "POST"),
    ]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise ProblemError(413, ProblemCode.TOO_LARGE, "The request body is too large")
    return bytes(body)


def _route(path: str, handler: Callable[[Request], Awaitable[BaseModel]], method: str) -> Route:
    async def answer(request: Request) -> Response:
        try:
            return contract_response(await handler(request))
        except ProblemError as error:
            return problem_response(error.problem)
        except ValidationError as error:
            issues = issues_of(error, ("body",))
            return problem_response(_invalid(issues).problem)
        except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests):
            return problem_response(problem_of(BusyError()).problem)
        except (NothingThereError, NotYetError, InvalidError, BusyError) as error:
            return problem_response(problem_of(error).problem)

    return Route(path, answer, methods=[method])


def _invalid(issues: tuple[Issue, ...]) -> ProblemError:
    return ProblemError(422, ProblemCode.VALIDATION, "The request is not valid", issues=issues)


def _uuid(request: Request, name: str) -> str:
    text: str = request.path_params[name]
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise InvalidError(("path", name), "must be a UUID") from None


def _integer(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= SEQ_DIGITS):
        raise InvalidError(("query", name), "must be an integer")
    return int(text)
