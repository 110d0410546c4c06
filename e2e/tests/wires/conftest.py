"""People of a running instance for these tests: signed up once, closed at the end."""

import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from nexync_e2e.person import Person, befriend, sign_up
from nexync_e2e.settings import Wires, wires

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def where() -> Wires:
    """Where the instance is."""
    return wires()


@pytest_asyncio.fixture
async def ann(where: Wires) -> AsyncGenerator[Person]:
    """Somebody new."""
    person = await sign_up(where.page, where.mail, prefix="ann")
    yield person
    await person.close()


@pytest_asyncio.fixture
async def bob(where: Wires, ann: Person) -> AsyncGenerator[Person]:
    """Somebody new, connected with Ann."""
    person = await sign_up(where.page, where.mail, prefix="bob")
    await befriend(ann, person)
    yield person
    await person.close()


@pytest_asyncio.fixture
async def cid(where: Wires) -> AsyncGenerator[Person]:
    """Somebody new, connected with nobody."""
    person = await sign_up(where.page, where.mail, prefix="cid")
    yield person
    await person.close()
