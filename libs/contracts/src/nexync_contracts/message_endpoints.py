"""The REST API about the messages of a chat: reading, changing, marking what was read."""

from typing import Final

from nexync_contracts import message_rest, rest
from nexync_contracts.endpoint import AT_LEAST, SEQ, Endpoint, Query
from nexync_contracts.errors import ProblemCode

TIMELINE: Final = Endpoint(
    name="timeline",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/timeline",
    summary="Messages and state lines, newest page by default",
    revalidated=True,
    answer=rest.TimelinePage,
    query=(
        Query("before", "integer", 1, SEQ),
        Query("after", "integer", 0, SEQ),
        Query("around", "integer", 1, SEQ, "the page with this seq in its middle"),
        Query("limit", "integer", 1, 200),
        AT_LEAST,
    ),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    bots=True,
)
EVENTS: Final = Endpoint(
    name="events",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/events",
    summary="The raw range of events, for repair and export",
    answer=rest.EventsPage,
    query=(Query("after", "integer", 0, SEQ), Query("limit", "integer", 1, 200), AT_LEAST),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    bots=True,
)
_CHANGE_ERRORS = (ProblemCode.NOT_FOUND, ProblemCode.REJECTED, ProblemCode.NOT_YET)
EDIT_MESSAGE: Final = Endpoint(
    name="edit_message",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/edits",
    summary="Give one's own message another text",
    body=message_rest.EditMessageBody,
    answer=rest.CommandDone,
    errors=_CHANGE_ERRORS,
    idempotent_by_key=True,
    bots=True,
)
DELETE_MESSAGE: Final = Endpoint(
    name="delete_message",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/deletions",
    summary="Delete a message for all: one's own, in a group as an admin anybody's",
    body=message_rest.DeleteMessageBody,
    answer=rest.CommandDone,
    errors=_CHANGE_ERRORS,
    idempotent_by_key=True,
    bots=True,
)
REACT: Final = Endpoint(
    name="react",
    service="svc-chat",
    method="POST",
    path="/api/chats/{chat}/reactions",
    summary="Put an emoji on a message, or take it back",
    body=message_rest.ReactBody,
    answer=rest.CommandDone,
    errors=_CHANGE_ERRORS,
    idempotent_by_key=True,
    bots=True,
)
VERSIONS: Final = Endpoint(
    name="versions",
    service="svc-chat",
    method="GET",
    path="/api/chats/{chat}/versions",
    summary="The texts that a message had",
    answer=message_rest.VersionsView,
    query=(Query("target", "integer", 1, SEQ, "the message's seq", required=True), AT_LEAST),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    bots=True,
)
READ_MARK: Final = Endpoint(
    name="read_mark",
    service="svc-chat",
    method="PUT",
    path="/api/chats/{chat}/read-mark",
    summary="Mark as read",
    body=rest.ReadMarkBody,
    answer=rest.ReadMarkView,
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    bots=True,
)

MESSAGE_ENDPOINTS: Final = (
    TIMELINE,
    EVENTS,
    EDIT_MESSAGE,
    DELETE_MESSAGE,
    REACT,
    VERSIONS,
    READ_MARK,
)
