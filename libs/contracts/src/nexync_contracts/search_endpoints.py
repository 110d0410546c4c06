"""The REST API of search in history."""

from typing import Final

from nexync_contracts import limits, search_rest
from nexync_contracts.endpoint import Endpoint, Query
from nexync_contracts.errors import ProblemCode

SEARCH: Final = Endpoint(
    name="search",
    service="svc-chat",
    method="GET",
    path="/api/search",
    summary="Find messages in the chats that one is in, by their texts of now",
    answer=search_rest.SearchPage,
    query=(
        Query(
            "q",
            "text",
            1,
            limits.QUERY_CHARS,
            'words, "phrases", from:username, in:chat, has:image, has:file, after: and before: YYYY-MM-DD',
        ),
        Query("chat", "text", 36, 36, "only in this chat"),
        Query("zone", "text", 6, 6, "where the days begin, as +02:00; UTC without it"),
        Query("after", "text", 1, 200, "cursor"),
        Query("limit", "integer", 1, limits.SEARCH_PAGE_MAX),
    ),
    errors=(ProblemCode.NOT_FOUND, ProblemCode.NOT_YET),
    cost=3,
)

SEARCH_ENDPOINTS: Final = (SEARCH,)
