"""svc-chat's and svc-auth's internal ports over HTTP: bounded connections, a timeout on everything.

All of it may be asked twice (reads, and what keeps files from being cleaned up). So a pod that ends while it is
asked, or that its Service still names although it is gone, costs a moment and no answer (docs/adr/0066).
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from nexync_contracts.attachment_rest import AttachmentsAsk, AttachmentsFound
from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import AttachmentId, ChatId, PersonId, SessionId, Stream
from nexync_contracts.session import (
    Heads,
    HeadsAsk,
    PersonStreams,
    SessionCheck,
    SessionsAlive,
    StreamEvents,
    StreamHead,
    StreamView,
)
from nexync_runtime import log
from nexync_runtime.asking import answered, timeout_of
from nexync_runtime.tokens import KeysAwayError, TokenError, Tokens
from nexync_streams.encoding import encode_frame
from svc_gateway.errors import (
    BackendAwayError,
    NotVisibleError,
    SetupFirstError,
    UnauthenticatedError,
)
from svc_gateway.ports import Happened, Identity, Range

TIMEOUT_SECONDS: Final = 5.0
WAITING_TIMEOUT_SECONDS: Final = 8.0
"""For reads that wait for their `at_least`."""

CONNECTIONS: Final = 16

Model = TypeVar("Model", bound=BaseModel)
_log = log.get("inside")


def open_http() -> httpx.AsyncClient:
    """A client with at most CONNECTIONS requests at once; more wait for their turn, within their timeout."""
    return httpx.AsyncClient(
        timeout=_timeout(TIMEOUT_SECONDS),
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        trust_env=False,
    )


def _timeout(seconds: float) -> httpx.Timeout:
    return timeout_of(seconds, pool=WAITING_TIMEOUT_SECONDS)


class Inside:
    """One internal port."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._http = http

    async def get(
        self, kind: type[Model], path: str, query: dict[str, int], timeout: float = TIMEOUT_SECONDS
    ) -> Model:
        """GET. Raises NotVisibleError at 404, BackendAwayError at anything else that isn't 200."""
        request = self._http.build_request(
            "GET", self._url + path, params=query, timeout=_timeout(timeout)
        )
        return await self._answer(kind, request)

    async def post(self, kind: type[Model], path: str, body: BaseModel) -> Model:
        """POST of a contract. Raises like `get`."""
        request = self._http.build_request(
            "POST",
            self._url + path,
            content=body.model_dump_json().encode(),
            headers={"Content-Type": "application/json"},
        )
        return await self._answer(kind, request)

    async def _answer(self, kind: type[Model], request: httpx.Request) -> Model:
        try:
            answer = await answered(self._http, request)
        except httpx.HTTPError as error:
            raise BackendAwayError(f"{request.url.path}: {type(error).__name__}") from None
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotVisibleError(request.url.path)
        if answer.status_code != HTTPStatus.OK:
            raise BackendAwayError(f"{request.url.path}: {answer.status_code}")
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError as error:
            _log.error("answer doesn't match the contract", path=request.url.path, exc_info=error)
            raise BackendAwayError(f"{request.url.path}: contract") from None


class InsideChats:
    """svc-chat's internal port."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    async def streams(self, person: PersonId) -> PersonStreams:
        """GET /internal/people/{person}/streams."""
        try:
            return await self._inside.get(PersonStreams, f"/internal/people/{person}/streams", {})
        except NotVisibleError:
            raise BackendAwayError("svc-chat doesn't know the person yet") from None

    async def member(self, chat: ChatId, person: PersonId, at_least: int) -> StreamView:
        """GET /internal/chats/{chat}/members/{person}."""
        query = {"at_least": at_least} if at_least else {}
        path = f"/internal/chats/{chat}/members/{person}"
        return await self._inside.get(StreamView, path, query, WAITING_TIMEOUT_SECONDS)

    async def heads(self, streams: Sequence[Stream]) -> Sequence[StreamHead]:
        """POST /internal/heads."""
        try:
            answer = await self._inside.post(
                Heads, "/internal/heads", HeadsAsk(streams=tuple(streams))
            )
        except NotVisibleError:
            raise BackendAwayError("/internal/heads: 404") from None
        return answer.heads

    async def events(self, stream: Stream, after: int, limit: int) -> Range:
        """GET /internal/streams/{stream}/events."""
        path = f"/internal/streams/{stream}/events"
        try:
            read = await self._inside.get(StreamEvents, path, {"after": after, "limit": limit})
        except NotVisibleError:
            raise BackendAwayError(f"{path}: 404") from None
        events = [Happened(record.seq, encode_frame(record)) for record in read.events]
        return Range(read.epoch, read.head, events)

    async def attachments(
        self, person: PersonId, files: Sequence[AttachmentId]
    ) -> Sequence[Attachment]:
        """POST /internal/attachments."""
        ask = AttachmentsAsk(person=person, attachments=tuple(files))
        try:
            answer = await self._inside.post(AttachmentsFound, "/internal/attachments", ask)
        except NotVisibleError:
            raise BackendAwayError("/internal/attachments: 404") from None
        return answer.attachments


class InsideSessions:
    """svc-auth's internal port."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    async def alive(self, sessions: Sequence[SessionId]) -> frozenset[SessionId]:
        """POST /internal/sessions/check."""
        try:
            answer = await self._inside.post(
                SessionsAlive, "/internal/sessions/check", SessionCheck(sessions=tuple(sessions))
            )
        except NotVisibleError:
            raise BackendAwayError("/internal/sessions/check: 404") from None
        return frozenset(answer.alive)


class VerifiedTokens:
    """Access tokens and bots' tokens, checked by the runtime."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def identify(self, token: str) -> Identity:
        """Whom the token names."""
        try:
            claims = await self._tokens.verify(token)
        except TokenError as error:
            raise UnauthenticatedError(str(error)) from None
        except KeysAwayError as error:
            raise BackendAwayError(str(error)) from None
        if claims.setup:
            raise SetupFirstError
        return Identity(claims.sub, claims.sid)
