"""One cast for all of a run's faults and twins."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from nexync_e2e.loss.cast import Cast, cast
from nexync_e2e.settings import wires


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people() -> AsyncGenerator[Cast]:
    """20 people in 10 chats."""
    async with cast(wires()) as everybody:
        yield everybody
