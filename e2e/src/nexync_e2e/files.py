"""Files over REST, as a client sends and reads them."""

import io
import struct
import zlib

import httpx

import nexync_client as client
from nexync_contracts import attachment_endpoints as endpoints
from nexync_contracts.attachment_rest import (
    CopyAttachmentBody,
    CreateAttachmentBody,
    DescribeAttachmentBody,
    Purpose,
    UploadView,
)
from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import AttachmentId, ChatId
from nexync_e2e.person import Person


def png(width: int = 12, height: int = 8) -> bytes:
    """A grey image with a text in its metadata."""
    out = io.BytesIO(b"")
    out.write(b"\x89PNG\r\n\x1a\n")
    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    for kind, data in (
        (b"IHDR", header),
        (b"tEXt", b"GPS\0SECRET"),
        (b"IDAT", rows),
        (b"IEND", b""),
    ):
        out.write(struct.pack("!I", len(data)) + kind + data)
        out.write(struct.pack("!I", zlib.crc32(kind + data)))
    return out.getvalue()


async def begin(
    person: Person, name: str, size: int, *, purpose: Purpose = Purpose.MESSAGE
) -> UploadView:
    """Begin an upload. Raises RefusedError."""
    body = CreateAttachmentBody(name=name, size=size, purpose=purpose)
    return await person.rest.call(endpoints.CREATE_ATTACHMENT, UploadView, body=body)


async def write(person: Person, file: AttachmentId, offset: int, data: bytes) -> UploadView:
    """Write one part. Raises RefusedError."""
    return await person.rest.call(
        endpoints.WRITE_ATTACHMENT,
        UploadView,
        path={"attachment": file},
        query={"offset": offset},
        content=data,
    )


async def finish(person: Person, file: AttachmentId) -> Attachment:
    """Make it ready. Raises RefusedError."""
    view = await person.rest.call(
        endpoints.FINISH_ATTACHMENT, UploadView, path={"attachment": file}
    )
    assert view.attachment is not None
    return view.attachment


async def upload(
    person: Person, name: str, data: bytes, *, purpose: Purpose = Purpose.MESSAGE
) -> Attachment:
    """All of it. Raises RefusedError."""
    return await client.upload(person.rest, name, data, purpose=purpose)


async def describe(person: Person, file: AttachmentId, alt: str) -> Attachment:
    """Say what an image shows. Raises RefusedError."""
    view = await person.rest.call(
        endpoints.DESCRIBE_ATTACHMENT,
        UploadView,
        path={"attachment": file},
        body=DescribeAttachmentBody(alt=alt),
    )
    assert view.attachment is not None
    return view.attachment


async def copy(person: Person, chat: ChatId, file: AttachmentId, message: int) -> Attachment:
    """Make a file of a message one's own. Raises RefusedError."""
    view = await person.rest.call(
        endpoints.COPY_ATTACHMENT,
        UploadView,
        path={"chat": chat, "attachment": file},
        body=CopyAttachmentBody(message=message),
    )
    assert view.attachment is not None
    return view.attachment


async def download(
    person: Person,
    chat: ChatId,
    file: AttachmentId,
    message: int,
    variant: str = "original",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """The answer as it is."""
    return await person.rest.raw(
        endpoints.DOWNLOAD,
        path={"chat": chat, "attachment": file, "variant": variant},
        query={"message": message},
        headers=headers,
    )
