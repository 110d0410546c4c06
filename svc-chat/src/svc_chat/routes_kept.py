"""Which answers are kept, what each depends on, and what every change moves."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from pydantic import BaseModel
from pydantic_core import from_json, to_json
from starlette.responses import Response

from nexync_contracts import endpoints, group_endpoints, message_endpoints, profile_endpoints
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import ChatId, PersonId
from nexync_runtime.http import SAFE_METHODS, Call, Handler, ProblemError
from svc_chat.errors import UnmovedError
from svc_chat.keeping import (
    EVERYBODY,
    RESTS,
    Keeping,
    Moment,
    Standing,
    Version,
    at_head,
    question_of,
    revision_of,
    unchanged_below,
)
from svc_chat.ports import Window, WindowHead
from svc_chat.reading import View

TIMELINE_SECONDS: Final = 60
MEMBERS_SECONDS: Final = 300
PEOPLE_SECONDS: Final = 30
"""Short, because a page about a person also shows groups in common, whose names others change."""

VersionOf = Callable[[Standing, Call], Awaitable[Version | None]]


async def _timeline(standing: Standing, call: Call) -> Version | None:
    """A page that ends below the head stays while nothing but messages comes; any other while nothing comes.

    Of a chat that rests nothing is kept: to look up its head in Postgres takes as long as its page.
    """
    head = await standing.live_head(ChatId(call.path["chat"]))
    if head is RESTS:
        call.request.state.window = Window(known=True)
        return None
    if head is None or head.seq < (call.integer("at_least") or 0):
        return None
    return _timeline_at(call, head)


def _timeline_at(call: Call, head: WindowHead) -> Version:
    if _below(call, head.seq):
        return Version(f"below {unchanged_below(head)}", TIMELINE_SECONDS, as_of=head.seq)
    return Version(at_head(head), TIMELINE_SECONDS)


def _below(call: Call, head: int) -> bool:
    before = call.integer("before")
    alone = call.integer("after") is None and call.integer("around") is None
    return alone and before is not None and before <= head


async def _members(standing: Standing, call: Call) -> Version | None:
    head = await standing.head(ChatId(call.path["chat"]))
    names = await standing.revisions([EVERYBODY])
    if head is None or names is None:
        return None
    return Version(f"{unchanged_below(head)} {names}", MEMBERS_SECONDS)


async def _profile(standing: Standing, call: Call) -> Version | None:
    people = [call.claims.sub, PersonId(call.path["person"])]
    found = await standing.revisions([*(revision_of(one) for one in people), EVERYBODY])
    return None if found is None else Version(found, PEOPLE_SECONDS)


async def _connections(standing: Standing, call: Call) -> Version | None:
    found = await standing.revisions([revision_of(call.claims.sub), EVERYBODY])
    return None if found is None else Version(found, PEOPLE_SECONDS)


KEPT: Final[Mapping[Endpoint, VersionOf]] = {
    message_endpoints.TIMELINE: _timeline,
    group_endpoints.MEMBERS: _members,
    profile_endpoints.PROFILE: _profile,
    endpoints.CONNECTIONS: _connections,
}


MADE_AT: Final[Mapping[Endpoint, Callable[[Call, WindowHead], Version]]] = {
    message_endpoints.TIMELINE: _timeline_at
}
"""Those whose handlers say by `made_of` of which moment an answer is."""


def made_of(call: Call, moment: Moment) -> None:
    """Say of which moment the answer to this request is."""
    call.request.state.moment = moment


def noting(call: Call) -> Callable[[View], None]:
    """Says it by the view that the answer is made of."""

    def noted(view: View) -> None:
        head = WindowHead(view.epoch, view.head, view.n)
        made_of(call, Moment(head, view.membership.role is not None))

    return noted


def window_of(call: Call) -> Window | None:
    """The chat's window, where it has been looked at for this request already."""
    return getattr(call.request.state, "window", None)


def keeping(endpoint: Endpoint, handler: Handler, keep: Keeping, standing: Standing) -> Handler:
    """The handler with its answers kept, where they are of those that may be; else the handler.

    The shape of the answer is a part of its name, so that a newer release doesn't find an older one's answers.
    """
    version_of = KEPT.get(endpoint)
    if version_of is None:
        return handler
    shape = _shape(endpoint.answer)
    version_at = MADE_AT.get(endpoint)

    async def answer(call: Call) -> BaseModel | Response | None:
        asked: list[Version] = []
        fresh: list[bool] = []

        async def versions() -> Version | None:
            version = await version_of(standing, call)
            asked.extend([] if version is None else [version])
            return version

        async def fill() -> tuple[bytes, bool]:
            made = await handler(call)
            fresh.append(True)
            if not isinstance(made, BaseModel):
                msg = f"{endpoint.name} answers with a contract"
                raise TypeError(msg)
            moves = bool(asked) and asked[0].as_of is not None
            return to_json(made, by_alias=True), not moves or _moment(call).member

        async def made_at() -> Version | None:
            if version_at is None:
                return await version_of(standing, call)
            return version_at(call, _moment(call).head)

        question = f"{shape} {question_of(call.claims.sub, call.path, call.query)}"
        body = await keep.answer(endpoint.name, question, versions, fill, made_at)
        if not fresh and asked and asked[0].as_of is not None:
            body = _raised(body, asked[0].as_of)
        return Response(body, media_type="application/json")

    return answer


def _moment(call: Call) -> Moment:
    moment: Moment = call.request.state.moment
    return moment


def _raised(body: bytes, head: int) -> bytes:
    """The page as of the head: nothing of it has changed since it was made, and its reader is in the chat."""
    page = from_json(body)
    if page["as_of"] >= head:
        return body
    return to_json(page | {"as_of": head})


def _shape(answer: type[BaseModel] | None) -> str:
    schema = None if answer is None else answer.model_json_schema(mode="serialization")
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()[:16]


def moving(endpoint: Endpoint, handler: Handler, standing: Standing) -> Handler:
    """The handler of a change: whatever became of it, the revisions that it may concern have moved before its answer.

    So nobody who made a change is shown an answer from before it. When they can't be moved, the change is not
    answered: 503, and the client asks again. What needs no login says something in a chat, whose head moves.
    """
    if endpoint.method in SAFE_METHODS or endpoint.open:
        return handler

    async def answer(call: Call) -> BaseModel | Response | None:
        try:
            return await handler(call)
        finally:
            try:
                await standing.moved(concerned(endpoint, call))
            except UnmovedError:
                raise ProblemError(
                    503,
                    ProblemCode.UNAVAILABLE,
                    "A part of the service is away for a moment",
                    retry_after=2,
                ) from None

    return answer


def concerned(endpoint: Endpoint, call: Call) -> list[str]:
    """Who acts, whom the request names, and everybody where it is about how one is seen."""
    people = {call.claims.sub}
    if "person" in call.path:
        people.add(PersonId(call.path["person"]))
    named = getattr(call.body, "person", None)
    if isinstance(named, str):
        people.add(PersonId(named))
    people.update(getattr(call.body, "members", ()))
    about_oneself = endpoint.path.startswith("/api/me")
    return [*(revision_of(one) for one in sorted(people)), *([EVERYBODY] if about_oneself else [])]
