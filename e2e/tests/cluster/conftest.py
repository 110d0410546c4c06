"""One release for all tests that only look at it, or leave it as they found it."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from nexync_e2e.cluster.__main__ import plan
from nexync_e2e.cluster.release import Release, namespace
from nexync_e2e.settings import cluster_settings


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def first() -> AsyncGenerator[Release]:
    """Nexync as the README installs it."""
    wanted = plan(cluster_settings(), namespace="nexync-first")
    async with namespace(wanted.namespace) as tools:
        release = Release(wanted, tools)
        await release.install_crds()
        await release.install_backends()
        await release.install()
        yield release
