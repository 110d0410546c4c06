"""What nobody thought of: requests made from the API's own document."""

import asyncio
from pathlib import Path

import pytest
from asking import check, settle_in

from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e


async def test_every_answer_is_one_that_the_document_names(where: Wires) -> None:
    """Some requests of each operation, good and bad ones; `asking.py` as a command asks more."""
    place = await settle_in(where)
    document = Path(__file__).parents[3] / "docs" / "api" / "openapi.json"
    report = await asyncio.to_thread(check, place, document, examples=3, seed=1)
    assert report.failures == []
    assert report.operations > 40
    assert report.statuses[200] > 30
    assert report.statuses[422] > 40
