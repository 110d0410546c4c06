"""The public endpoints about files: uploads in parts, and downloads that no browser mistakes for a page."""

import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from nexync_contracts import attachment_endpoints as endpoints
from nexync_contracts.attachment_rest import (
    CopyAttachmentBody,
    CreateAttachmentBody,
    DescribeAttachmentBody,
    PictureBody,
)
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import ProblemCode
from nexync_contracts.ids import AttachmentId, ChatId, PersonId
from nexync_contracts.limits import ATTACHMENT_PART_BYTES
from nexync_runtime.http import Call, ProblemError
from svc_chat.attaching import Attaching
from svc_chat.commanding import Actor
from svc_chat.errors import (
    ConflictError,
    FileRefusedError,
    InvalidError,
    ObjectsAwayError,
    QuotaFullError,
)
from svc_chat.picturing import Picturing
from svc_chat.serving import Content, Contents, Serving
from svc_chat.sniffing import UNKNOWN

FILE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}
"""Whatever a file holds: opened by itself it is an origin of its own, which may load and run nothing."""

ASK_EACH_TIME: Final = "private, no-cache"
"""A browser asks each time whether one may still have the file; if so, it has it already."""

KEEP: Final = "private, max-age=86400, immutable"
"""A picture has another id when it changes."""

_RANGE: Final = re.compile(r"bytes=(\d{0,16})-(\d{0,16})")

Answer = BaseModel | Response | None


def attachment_handlers(
    attaching: Attaching, serving: Serving, picturing: Picturing, contents: Contents
) -> dict[Endpoint, Callable[[Call], Awaitable[Answer]]]:
    """A handler for every endpoint about files; refusals are exceptions of the use cases."""
    public = _Files(attaching, serving, picturing, contents)
    return {
        endpoints.CREATE_ATTACHMENT: public.create,
        endpoints.ATTACHMENT_USAGE: public.usage,
        endpoints.ATTACHMENT: public.state,
        endpoints.WRITE_ATTACHMENT: public.write,
        endpoints.FINISH_ATTACHMENT: public.finish,
        endpoints.DESCRIBE_ATTACHMENT: public.describe,
        endpoints.DROP_ATTACHMENT: public.drop,
        endpoints.COPY_ATTACHMENT: public.copy,
        endpoints.DOWNLOAD: public.download,
        endpoints.PERSON_PICTURE: public.person_picture,
        endpoints.CHAT_PICTURE: public.chat_picture,
        endpoints.SET_PERSON_PICTURE: public.set_person_picture,
        endpoints.SET_CHAT_PICTURE: public.set_chat_picture,
    }


def file_problem_of(
    error: ConflictError | FileRefusedError | QuotaFullError | ObjectsAwayError,
) -> ProblemError:
    """The problem for a refusal that is about a file."""
    match error:
        case ConflictError():
            return ProblemError(
                409, ProblemCode.CONFLICT, "This is not how it is now", detail=str(error)
            )
        case FileRefusedError():
            return ProblemError(
                422, ProblemCode.FILE_REFUSED, "The file was not taken", detail=str(error)
            )
        case QuotaFullError():
            return ProblemError(
                409, ProblemCode.QUOTA_FULL, "There is no room for this file", detail=str(error)
            )
        case ObjectsAwayError():
            title = "Files can't be reached for a moment"
            return ProblemError(503, ProblemCode.UNAVAILABLE, title, retry_after=1.0)


def _file(call: Call) -> AttachmentId:
    return AttachmentId(call.path["attachment"])


def _chat(call: Call) -> ChatId:
    return ChatId(call.path["chat"])


def _picture(call: Call) -> AttachmentId:
    return AttachmentId(call.path["picture"])


class _Files:
    """One method an endpoint."""

    def __init__(
        self, attaching: Attaching, serving: Serving, picturing: Picturing, contents: Contents
    ) -> None:
        self._attaching = attaching
        self._serving = serving
        self._picturing = picturing
        self._contents = contents

    async def create(self, call: Call) -> Answer:
        body: CreateAttachmentBody = call.body
        return await self._attaching.begin(call.claims.sub, call.key, body)

    async def usage(self, call: Call) -> Answer:
        return await self._attaching.usage(call.claims.sub)

    async def state(self, call: Call) -> Answer:
        return await self._attaching.state(call.claims.sub, _file(call))

    async def write(self, call: Call) -> Answer:
        data = bytearray()
        async for chunk in call.request.stream():
            data += chunk
            if len(data) > ATTACHMENT_PART_BYTES:
                raise ProblemError(
                    413,
                    ProblemCode.TOO_LARGE,
                    "The part is too large",
                    detail=f"body: the limit is {ATTACHMENT_PART_BYTES} bytes",
                )
        offset = call.integer("offset") or 0
        return await self._attaching.write(call.claims.sub, _file(call), offset, bytes(data))

    async def finish(self, call: Call) -> Answer:
        return await self._attaching.finish(call.claims.sub, _file(call))

    async def describe(self, call: Call) -> Answer:
        body: DescribeAttachmentBody = call.body
        return await self._attaching.describe(call.claims.sub, _file(call), body)

    async def drop(self, call: Call) -> Answer:
        await self._attaching.drop(call.claims.sub, _file(call))
        return None

    async def copy(self, call: Call) -> Answer:
        body: CopyAttachmentBody = call.body
        me = call.claims.sub
        return await self._serving.copy(me, _chat(call), _file(call), body, call.key)

    async def download(self, call: Call) -> Answer:
        message = call.integer("message")
        if message is None:
            raise InvalidError(("query", "message"), "is needed: the seq of the message")
        found = await self._serving.of_message(
            call.claims.sub, _chat(call), _file(call), message, call.path["variant"]
        )
        return await self._answer(call, found, ASK_EACH_TIME)

    async def person_picture(self, call: Call) -> Answer:
        person = PersonId(call.path["person"])
        me, variant = call.claims.sub, call.path["variant"]
        found = await self._serving.of_person(me, person, _picture(call), variant)
        return await self._answer(call, found, KEEP)

    async def chat_picture(self, call: Call) -> Answer:
        me, variant = call.claims.sub, call.path["variant"]
        found = await self._serving.of_chat(me, _chat(call), _picture(call), variant)
        return await self._answer(call, found, KEEP)

    async def set_person_picture(self, call: Call) -> Answer:
        body: PictureBody = call.body
        return await self._picturing.of_person(call.claims.sub, body.picture)

    async def set_chat_picture(self, call: Call) -> Answer:
        body: PictureBody = call.body
        actor = Actor(call.claims.sub, call.claims.sid, call.key)
        return await self._picturing.of_chat(actor, _chat(call), body.picture)

    async def _answer(self, call: Call, found: Content, caching: str) -> Response:
        headers = {**FILE_HEADERS, "Cache-Control": caching, "ETag": found.tag}
        if _is_known(call.request.headers.get("if-none-match"), found.tag):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = disposition(found)
        start, stop = 0, found.size
        part = range_of(call.request.headers.get("range"), found.size)
        status = 200
        if part is not None:
            start, stop = part
            if start >= stop:
                headers["Content-Range"] = f"bytes */{found.size}"
                return Response(status_code=416, headers=headers)
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{found.size}"
            status = 206
        headers["Content-Length"] = str(stop - start)
        chunks = await self._contents.open(found.place, start, stop)
        kind = found.type if found.shown else UNKNOWN
        return StreamingResponse(chunks, status, headers, kind)


def disposition(found: Content) -> str:
    """RFC 6266: images may be shown, everything else is saved; the name in any script, and once more in ASCII."""
    plain = "".join(
        one if one.isascii() and (one.isalnum() or one in " ._-()") else "_" for one in found.name
    )
    kind = "inline" if found.shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The one range that is asked for, as [start, stop); empty where it lies beyond the end.

    None for no header, and for what this server needn't understand (RFC 9110 14.2): then all is sent.
    """
    found = _RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def _is_known(header: str | None, tag: str) -> bool:
    return header is not None and tag in {
        one.strip().removeprefix("W/") for one in header.split(",")
    }
