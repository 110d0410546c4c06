"""Files on their way up: in parts, each once, from wherever the server says that they ended."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from nexync_client.errors import ContractError, FileChangedError, RefusedError
from nexync_client.rest import Rest
from nexync_contracts import attachment_endpoints as endpoints
from nexync_contracts.attachment_rest import (
    CreateAttachmentBody,
    DescribeAttachmentBody,
    Purpose,
    UploadView,
)
from nexync_contracts.attachments import Attachment
from nexync_contracts.errors import ProblemCode
from nexync_contracts.limits import ATTACHMENT_PART_BYTES

Source = bytes | Path
"""What goes up: bytes, or a file that is read part by part, never as a whole."""

Told = Callable[[int, int], None]
"""Called with the bytes that the server has, and all that there are; the first never becomes less."""


async def upload(
    rest: Rest,
    name: str,
    source: Source,
    *,
    purpose: Purpose = Purpose.MESSAGE,
    alt: str | None = None,
    key: str | None = None,
    told: Told | None = None,
) -> Attachment:
    """A file that is ready to be sent: `client.send(chat, "", files=(attachment.id,))`.

    `alt` says what an image shows. With the same `key` (a UUID) it is the same upload for a day, so a program that kept
    it goes on where it was stopped, also as another process. Raises RefusedError, FileChangedError, OSError, and what
    `Rest.call` raises once its patience ends; then the same call with the same key goes on.
    """
    size = len(source) if isinstance(source, bytes) else (await _stat(source))
    body = CreateAttachmentBody(name=name, size=size, purpose=purpose)
    view = await rest.call(
        endpoints.CREATE_ATTACHMENT, UploadView, body=body, key=key or str(uuid4())
    )
    if view.size != size:
        raise FileChangedError(view.size, size)
    path = {"attachment": view.id}
    while view.attachment is None and view.received < size:
        _tell(told, view.received, size)
        view = await _write(rest, view, source)
    if view.attachment is None:
        _tell(told, size, size)
        view = await rest.call(endpoints.FINISH_ATTACHMENT, UploadView, path=path)
    made = _ready(view)
    if alt is not None and made.alt != alt:
        words = DescribeAttachmentBody(alt=alt)
        made = _ready(
            await rest.call(endpoints.DESCRIBE_ATTACHMENT, UploadView, path=path, body=words)
        )
    return made


async def _write(rest: Rest, view: UploadView, source: Source) -> UploadView:
    """One part, from where the server is."""
    path = {"attachment": view.id}
    part = await _read(source, view.received)
    if not part:
        raise FileChangedError(view.size, view.received)
    try:
        return await rest.call(
            endpoints.WRITE_ATTACHMENT,
            UploadView,
            path=path,
            query={"offset": view.received},
            content=part,
        )
    except RefusedError as refused:
        if refused.code is not ProblemCode.CONFLICT:
            raise
        # It was taken and the answer was lost, so the repetition came too late: ask how far it is.
        now = await rest.call(endpoints.ATTACHMENT, UploadView, path=path)
        if now.attachment is None and now.received <= view.received:
            raise
        return now


async def _stat(file: Path) -> int:
    return (await asyncio.to_thread(file.stat)).st_size


async def _read(source: Source, offset: int) -> bytes:
    if isinstance(source, bytes):
        return source[offset : offset + ATTACHMENT_PART_BYTES]
    return await asyncio.to_thread(_part_of, source, offset)


def _part_of(file: Path, offset: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(offset)
        return opened.read(ATTACHMENT_PART_BYTES)


def _tell(told: Told | None, received: int, size: int) -> None:
    if told is not None:
        told(received, size)


def _ready(view: UploadView) -> Attachment:
    if view.attachment is None:
        raise ContractError(f"the upload {view.id} was said to be ready, and isn't")
    return view.attachment
