"""How long the instance takes to start, and what its services take in memory before anybody came."""

import asyncio
import time

from nexync_bench.figures import Figure, Section
from nexync_bench.instance import SERVICES, Instance
from nexync_e2e.settings import Wires


async def starting(wires: Wires) -> Section:
    """Stop the instance, start it, start it again. Its data stays."""
    del wires
    instance = Instance()
    await asyncio.to_thread(instance.dev, "down")
    cold = await _timed(instance)
    instance.refresh()
    memory = {name: instance.memory(name) / 2**20 for name in SERVICES}
    warm = await _timed(instance)
    figures = (
        Figure("up, from stopped", f"{cold:.1f} s", "", "installed and built before"),
        Figure("up, while it runs", f"{warm:.1f} s", "≤ 15 s"),
        *(
            Figure(f"{name}, resident", f"{size:.0f} MB", "≤ 60 MB")
            for name, size in memory.items()
        ),
    )
    return Section("Start, and memory idle", "python -m nexync_bench start", figures)


async def _timed(instance: Instance) -> float:
    started = time.monotonic()
    await asyncio.to_thread(instance.dev, "up")
    return time.monotonic() - started
