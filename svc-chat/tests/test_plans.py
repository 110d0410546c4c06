"""That a query without an index would be found out by the tests that make it."""

import pytest
from plans import Asked, scanned

from nexync_runtime.postgres import Pool


def test_a_leaf_of_the_events_is_the_events() -> None:
    """Whatever it is called; small tables may be read as they are."""
    plan = "Append\n  ->  Seq Scan on events_days_30_2026_11 e\n  ->  Seq Scan on events_forever_first e_1"
    assert scanned(plan) == ["events"]
    assert scanned("Seq Scan on content_classes k") == []
    assert scanned("Index Scan using members_pkey on members m") == []


@pytest.mark.real
async def test_a_scan_that_no_index_spares_is_told_once(pool: Pool) -> None:
    """Of a query with parameters and of one without, with its text."""
    asked = Asked()
    asked.note("SELECT 1 FROM read_marks WHERE delivered_seq = %s", (7,))
    asked.note(b"SELECT 1 FROM read_marks WHERE chat = gen_random_uuid() AND person = chat", None)
    asked.note("SET LOCAL lock_timeout = 0", None)
    assert await asked.scans(pool) == [
        "read_marks: SELECT 1 FROM read_marks WHERE delivered_seq = %s"
    ]
    asked.note("SELECT 1 FROM read_marks WHERE delivered_seq = %s", (8,))
    assert await asked.scans(pool) == []
