"""Makes the helpers beside the tests importable; databases of the tests' own for the suites over the real Postgres."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from schema_site import FILES, drop_database, new_database, write


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database of its own, dropped afterwards."""
    url = os.environ.get("NEXYNC_POSTGRES_URL")
    if not url:
        pytest.fail("NEXYNC_POSTGRES_URL is not set; tests marked `real` need the backends")
    made = new_database(url)
    yield made
    drop_database(made)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, FILES)
