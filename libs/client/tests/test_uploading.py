"""Uploads: every byte once and in order, whatever gets lost on the way, and from where it was stopped."""

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from nexync_client import FileChangedError, RefusedError, Rest, upload
from nexync_contracts import attachment_endpoints as endpoints
from nexync_contracts.attachment_rest import (
    CreateAttachmentBody,
    DescribeAttachmentBody,
    Purpose,
    UploadView,
)
from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.endpoint import Endpoint
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.ids import AttachmentId
from nexync_contracts.limits import ATTACHMENT_PART_BYTES

PART = ATTACHMENT_PART_BYTES
KEY = "018bcfe5-6800-7000-8000-000000000001"


class GoneError(Exception):
    """The network went for good in the middle of something."""


class Server:
    """What the endpoints do, in memory; `trouble` says for each part what happens to it.

    `repeat`: it was taken and its answer lost, so it comes again; `before` and `after`: nothing gets through any more.
    """

    def __init__(self, trouble: Iterator[str]) -> None:
        self.trouble = trouble
        self.body: CreateAttachmentBody | None = None
        self.begun: dict[str, AttachmentId] = {}
        self.data = b""
        self.made: Attachment | None = None
        self.stuck = False

    async def call(
        self,
        endpoint: Endpoint,
        answer: type[BaseModel],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, int] | None = None,
        body: BaseModel | None = None,
        content: bytes | None = None,
        key: str | None = None,
    ) -> UploadView:
        assert answer is UploadView
        if endpoint is endpoints.CREATE_ATTACHMENT:
            assert isinstance(body, CreateAttachmentBody)
            assert key is not None
            self.begun.setdefault(key, AttachmentId(str(uuid.uuid4())))
            self.body = self.body or body
            return self.view
        assert path == {"attachment": self.id}
        if endpoint is endpoints.WRITE_ATTACHMENT:
            assert content is not None
            assert query is not None
            self._write(query["offset"], content)
        elif endpoint is endpoints.FINISH_ATTACHMENT:
            assert self.body is not None
            assert len(self.data) == self.body.size
            kind, size = AttachmentKind.IMAGE, len(self.data)
            self.made = Attachment(
                id=self.id, kind=kind, name=self.body.name, type="image/png", size=size
            )
        elif endpoint is endpoints.DESCRIBE_ATTACHMENT:
            assert isinstance(body, DescribeAttachmentBody)
            assert self.made is not None
            self.made = self.made.model_copy(update={"alt": body.alt})
        else:
            assert endpoint is endpoints.ATTACHMENT
        return self.view

    def _write(self, offset: int, content: bytes) -> None:
        assert 0 < len(content) <= PART
        what = next(self.trouble, "")
        if what == "before":
            raise GoneError
        if self.stuck or offset != len(self.data):
            self._refuse(offset)
        self.data += content
        if what == "after":
            raise GoneError
        if what == "repeat":
            self._refuse(offset)

    def _refuse(self, offset: int) -> None:
        problem = Problem(
            type="about:blank", title=f"not {offset}", status=409, code=ProblemCode.CONFLICT
        )
        raise RefusedError(endpoints.WRITE_ATTACHMENT, 409, problem, "")

    @property
    def id(self) -> AttachmentId:
        (identifier,) = self.begun.values()
        return identifier

    @property
    def view(self) -> UploadView:
        assert self.body is not None
        return UploadView(
            id=self.id, size=self.body.size, received=len(self.data), attachment=self.made
        )


def rest_of(server: Server) -> Rest:
    return cast("Rest", server)


def content(size: int) -> bytes:
    return bytes(number % 251 for number in range(256)) * (size // 256) + b"x" * (size % 256)


SIZES = st.sampled_from((1, 255, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 7))
TROUBLE = st.lists(st.sampled_from(("", "", "repeat", "before", "after")), max_size=12)


@settings(max_examples=40)
@given(size=SIZES, trouble=TROUBLE)
async def test_every_byte_gets_there_once_whatever_is_lost(size: int, trouble: list[str]) -> None:
    """With the same key each try goes on where the one before was stopped; what is told never goes back."""
    server = Server(iter(trouble))
    data = content(size)
    told: list[tuple[int, int]] = []
    made: Attachment | None = None
    for _ in range(len(trouble) + 1):
        try:
            made = await upload(
                rest_of(server),
                "a.png",
                data,
                key=KEY,
                told=lambda received, of: told.append((received, of)),
            )
        except GoneError:
            continue
        break
    assert made == server.made
    assert server.data == data
    assert told == sorted(told)
    assert told[-1] == (size, size)


async def test_a_file_is_read_in_parts_and_described(tmp_path: Path) -> None:
    server = Server(iter(()))
    file = tmp_path / "plan.png"
    file.write_bytes(content(2 * PART + 5))
    made = await upload(rest_of(server), "plan.png", file, purpose=Purpose.PICTURE, alt="A plan")
    assert server.data == file.read_bytes()
    assert made.alt == "A plan"
    assert server.body == CreateAttachmentBody(
        name="plan.png", size=2 * PART + 5, purpose=Purpose.PICTURE
    )


async def test_what_is_ready_does_not_go_up_again() -> None:
    server = Server(iter(()))
    first = await upload(rest_of(server), "a.png", b"abc", key=KEY)
    server.trouble = iter(["before"])
    assert await upload(rest_of(server), "a.png", b"abc", key=KEY) == first


async def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    """Shorter while it goes up, or of another size when it goes on: never half of one and half of another."""
    file = tmp_path / "log.txt"
    file.write_bytes(content(2 * PART))
    server = Server(iter(()))

    def cut(received: int, size: int) -> None:
        del size
        if received == PART:
            file.write_bytes(b"short")

    with pytest.raises(FileChangedError):
        await upload(rest_of(server), "log.txt", file, key=KEY, told=cut)
    with pytest.raises(FileChangedError):
        await upload(rest_of(server), "log.txt", file, key=KEY)
    assert server.made is None


async def test_two_that_write_at_once_do_not_go_round_for_ever() -> None:
    """A conflict after which nothing has moved is told."""
    server = Server(iter(()))
    server.stuck = True
    with pytest.raises(RefusedError) as refused:
        await upload(rest_of(server), "a.png", b"abc")
    assert refused.value.code is ProblemCode.CONFLICT
