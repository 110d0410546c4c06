"""The tables of rights are whole: an action without a row fails here, without any instance."""

from rights import ALONE_FRAMES, ASKING_FRAMES, OPEN, READING_FRAMES, ROWS
from rights_scene import Who

from nexync_contracts.endpoints import ENDPOINTS
from nexync_contracts.frames import client_frame_adapter


def test_every_endpoint_has_its_row() -> None:
    """A new endpoint says who may call it, or is named among those that everybody may."""
    named = {row.endpoint for row in ROWS}
    assert {one.name for one in ENDPOINTS} - {one.name for one in named | OPEN} == set()
    assert {one for one in ENDPOINTS if one.open} == OPEN
    assert not named & OPEN


def test_every_row_says_it_of_everybody() -> None:
    """And nobody who is logged out gets anything but 401, or 405 where there is no such action."""
    for row in ROWS:
        assert set(row.answers) == set(Who), row.endpoint.name
        assert row.answers[Who.LOGGED_OUT] in {401, 405}, row.endpoint.name


def test_every_frame_has_its_row() -> None:
    """A new kind of frame says who may send it."""
    schema = client_frame_adapter.json_schema()
    tags = set(schema["discriminator"]["mapping"])
    assert tags == {*ASKING_FRAMES, *READING_FRAMES, *ALONE_FRAMES}
    assert all(set(row) == set(Who) for row in ASKING_FRAMES.values())
