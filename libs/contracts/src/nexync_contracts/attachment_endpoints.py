"""The REST API about files and pictures."""

from typing import Final

from nexync_contracts import attachment_rest, limits, profile_rest, rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode

_MESSAGE: Final = Query("message", "integer", 1, 2**53, "the seq of the message that carries it")

CREATE_ATTACHMENT: Final = Endpoint(
    name="create_attachment",
    service="svc-chat",
    method="POST",
    path="/api/attachments",
    summary="Begin the upload of a file; repeated with the same key it is the same upload",
    body=attachment_rest.CreateAttachmentBody,
    answer=attachment_rest.UploadView,
    status=201,
    errors=(ProblemCode.QUOTA_FULL, ProblemCode.TOO_MANY),
    idempotent_by_key=True,
)
ATTACHMENT_USAGE: Final = Endpoint(
    name="attachment_usage",
    service="svc-chat",
    method="GET",
    path="/api/attachments",
    summary="How much room one's files take",
    answer=attachment_rest.UsageView,
)
ATTACHMENT: Final = Endpoint(
    name="attachment",
    service="svc-chat",
    method="GET",
    path="/api/attachments/{attachment}",
    summary="How far one's upload is; go on from `received`",
    answer=attachment_rest.UploadView,
    errors=(ProblemCode.NOT_FOUND,),
)
WRITE_ATTACHMENT: Final = Endpoint(
    name="write_attachment",
    service="svc-chat",
    method="PATCH",
    path="/api/attachments/{attachment}",
    summary="The next bytes of an upload, at most 1 MiB, from `offset` on",
    takes="bytes",
    answer=attachment_rest.UploadView,
    query=(
        Query(
            "offset",
            "integer",
            0,
            limits.ATTACHMENT_BYTES,
            "`received` as it was told last; else 0",
        ),
    ),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
FINISH_ATTACHMENT: Final = Endpoint(
    name="finish_attachment",
    service="svc-chat",
    method="POST",
    path="/api/attachments/{attachment}/finish",
    summary="All bytes are there: look at the file and make it ready; may be repeated",
    answer=attachment_rest.UploadView,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT, ProblemCode.FILE_REFUSED),
)
DESCRIBE_ATTACHMENT: Final = Endpoint(
    name="describe_attachment",
    service="svc-chat",
    method="PUT",
    path="/api/attachments/{attachment}/alt",
    summary="Say what an image shows, for those who can't see it; once it is ready, and before it is sent",
    body=attachment_rest.DescribeAttachmentBody,
    answer=attachment_rest.UploadView,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
DROP_ATTACHMENT: Final = Endpoint(
    name="drop_attachment",
    service="svc-chat",
    method="DELETE",
    path="/api/attachments/{attachment}",
    summary="Give up an upload that was not sent",
    status=204,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
COPY_ATTACHMENT: Final = Endpoint(
    name="copy_attachment",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/attachments/{attachment}/copies",
    summary="Make a file of a message one's own, to send it in another chat",
    body=attachment_rest.CopyAttachmentBody,
    answer=attachment_rest.UploadView,
    status=201,
    errors=(
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_YET,
        ProblemCode.QUOTA_FULL,
        ProblemCode.TOO_MANY,
    ),
    idempotent_by_key=True,
)
DOWNLOAD: Final = Endpoint(
    name="download",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/attachments/{attachment}/{variant}",
    summary="The file of a message: `original`, and of an image `preview` and `thumb`",
    gives="bytes",
    query=(_MESSAGE,),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    words=("variant",),
)
PERSON_PICTURE: Final = Endpoint(
    name="person_picture",
    service="svc-chat",
    method="GET",
    path="/api/people/{person}/picture/{picture}/{variant}",
    summary="The picture of a person, `original` or `thumb`",
    gives="bytes",
    errors=(ProblemCode.NOT_FOUND,),
    words=("variant",),
)
CHAT_PICTURE: Final = Endpoint(
    name="chat_picture",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/picture/{picture}/{variant}",
    summary="The picture of a group, for its members, `original` or `thumb`",
    gives="bytes",
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    words=("variant",),
)
SET_PERSON_PICTURE: Final = Endpoint(
    name="set_person_picture",
    service="svc-chat",
    method="PUT",
    path="/api/me/picture",
    summary="Give oneself a picture, or take it away",
    body=attachment_rest.PictureBody,
    answer=profile_rest.OwnProfile,
    errors=(ProblemCode.NOT_FOUND,),
)
SET_CHAT_PICTURE: Final = Endpoint(
    name="set_chat_picture",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/picture",
    summary="Give a group a picture, or take it away; its admins may",
    body=attachment_rest.PictureBody,
    answer=rest.CommandDone,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET),
    idempotent_by_key=True,
)

ATTACHMENT_ENDPOINTS: Final = (
    CREATE_ATTACHMENT,
    ATTACHMENT_USAGE,
    ATTACHMENT,
    WRITE_ATTACHMENT,
    FINISH_ATTACHMENT,
    DESCRIBE_ATTACHMENT,
    DROP_ATTACHMENT,
    COPY_ATTACHMENT,
    DOWNLOAD,
    PERSON_PICTURE,
    CHAT_PICTURE,
    SET_PERSON_PICTURE,
    SET_CHAT_PICTURE,
)
