"""The inbox reads codes from either page, and finds out by itself which one it is."""

import json
from collections.abc import Callable

import httpx
import pytest

from nexync_e2e.mail import MailInbox

ADDRESS = "ann@example.test"


def maildev(request: httpx.Request) -> httpx.Response:
    """The page of one machine: every mail whole; anything else is not there."""
    if request.url.path != "/email":
        return httpx.Response(404, text="not found")
    mails = [
        {"to": [{"address": "bob@example.test"}], "text": "999999", "time": "2026-01-03"},
        {"to": [{"address": ADDRESS}], "text": "old 111111", "time": "2026-01-01"},
        {"to": [{"address": ADDRESS.upper()}], "text": "new 222222", "time": "2026-01-02"},
    ]
    return httpx.Response(200, json=mails)


def mailpit(request: httpx.Request) -> httpx.Response:
    """The page of a cluster: summaries first; unknown paths give its page."""
    match request.url.path:
        case "/api/v1/messages":
            return httpx.Response(200, json={"total": 2, "messages": []})
        case "/api/v1/search":
            assert request.url.params["query"] == f'to:"{ADDRESS}"'
            found = [{"ID": "a", "Created": "2026-01-01"}, {"ID": "b", "Created": "2026-01-02"}]
            return httpx.Response(200, json={"messages": found})
        case "/api/v1/message/a":
            return httpx.Response(200, json={"Text": "old 111111"})
        case "/api/v1/message/b":
            return httpx.Response(200, json={"Text": "new 222222"})
        case _:
            return httpx.Response(200, text="<html></html>")


def neither(request: httpx.Request) -> httpx.Response:
    """A page that is no inbox."""
    return httpx.Response(200, text=json.dumps({"hello": 1})[:-1])


@pytest.mark.parametrize("page", [maildev, mailpit])
async def test_the_newest_code_is_read_from_either_page(
    page: Callable[[httpx.Request], httpx.Response],
) -> None:
    """A code sent again replaces the older one."""
    inbox = MailInbox("http://mail", transport=httpx.MockTransport(page))
    assert await inbox.code_for(ADDRESS, seconds=1) == "222222"
    await inbox.close()


async def test_a_page_that_is_no_inbox_ends_with_what_was_waited_for() -> None:
    """Not in an exception about JSON."""
    inbox = MailInbox("http://mail", transport=httpx.MockTransport(neither))
    with pytest.raises(TimeoutError, match=ADDRESS):
        await inbox.code_for(ADDRESS, seconds=0.3)
    await inbox.close()
