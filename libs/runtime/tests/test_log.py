"""Lines of the log, in both forms."""

import io

import pytest

from nexync_runtime import log


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_tells_where_and_not_what(log_format: str) -> None:
    """Variables hold passwords and codes."""
    out = io.StringIO()
    log.configure(log_format=log_format, level="info", instance="one", stream=out)

    def fails(secret: str) -> None:
        if len(secret) > 3:
            raise ValueError("too long")

    word = "moss" + "lantern"
    try:
        fails(word)
    except ValueError as error:
        log.get("test").error("request failed", exc_info=error)
    text = out.getvalue()
    assert "in fails" in text
    assert "too long" in text
    assert word not in text
