"""What nobody thought of: requests made from the API's own document."""

import asyncio
from pathlib import Path

import pytest
from asking import Report, check, settle_in

from nexync_e2e.settings import Wires

pytestmark = pytest.mark.e2e

DOCUMENT = Path(__file__).parents[3] / "docs" / "api" / "openapi.json"


async def _asked(where: Wires, service: str, examples: int) -> Report:
    place = await settle_in(where)
    report = await asyncio.to_thread(check, place, DOCUMENT, service, examples=examples, seed=1)
    assert report.failures == []
    return report


async def test_every_answer_is_one_that_the_document_names(where: Wires) -> None:
    """Some requests of each operation, good and bad ones; `asking.py` as a command asks more."""
    report = await _asked(where, "svc-chat", 3)
    assert report.operations > 40
    assert report.statuses[200] > 30
    assert report.statuses[422] > 40


async def test_every_answer_about_accounts_is_one_that_the_document_names(where: Wires) -> None:
    """The same of svc-auth, whose good requests are mostly wrong passwords, codes and keys."""
    report = await _asked(where, "svc-auth", 3)
    assert report.operations > 40
    assert report.statuses[200] > 10
    assert report.statuses[422] > 30
