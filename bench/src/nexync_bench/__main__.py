"""`python -m nexync_bench [names…] [--write]`: measure, print, and with --write put it into docs/performance.md."""

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from nexync_bench.accounts import accounts
from nexync_bench.comparing import comparing
from nexync_bench.competing import competing
from nexync_bench.endtoend import endtoend
from nexync_bench.failover import failover
from nexync_bench.fanout import fanout
from nexync_bench.figures import Section, as_text, replaced
from nexync_bench.idle import idle
from nexync_bench.mails import mails
from nexync_bench.native import build
from nexync_bench.persisting import persisting
from nexync_bench.reading import reading
from nexync_bench.receipting import receipting
from nexync_bench.starting import starting
from nexync_bench.storming import storming
from nexync_bench.subscribing import subscribing
from nexync_e2e.settings import Wires, wires

BENCHMARKS: dict[str, Callable[[Wires], Awaitable[Section]]] = {
    "start": starting,
    "fanout": fanout,
    "centrifuge": comparing,
    "persister": persisting,
    "failover": failover,
    "idle": idle,
    "endtoend": endtoend,
    "others": competing,
    "storm": storming,
    "subscriptions": subscribing,
    "reading": reading,
    "receipts": receipting,
    "mails": mails,
    "accounts": accounts,
}
_PAGE = Path(__file__).resolve().parents[3] / "docs" / "performance.md"


def main(arguments: list[str]) -> int:
    """Run the named benchmarks (default: all) against the running instance; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m nexync_bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], default=[])
    parser.add_argument(
        "--write", action="store_true", help="put the sections into docs/performance.md"
    )
    options = parser.parse_args(arguments)
    build()
    names: list[str] = options.names or list(BENCHMARKS)
    sections: list[Section] = []
    failed = False
    for name in names:
        try:
            section = asyncio.run(_one(name))
        except (RuntimeError, OSError, TimeoutError) as error:
            failed = True
            print(f"{name}: failed: {error}", file=sys.stderr, flush=True)
            continue
        sections.append(section)
        print(as_text(section) + "\n", flush=True)
    if options.write and sections:
        _write(sections)
    return 1 if failed else 0


async def _one(name: str) -> Section:
    return await BENCHMARKS[name](wires())


def _write(sections: list[Section]) -> None:
    day, load = datetime.now(UTC).strftime("%Y-%m-%d"), os.getloadavg()[0]
    when = f" on {day}, Python {platform.python_version()}, load average {load:.0f} of {os.cpu_count()} cores"
    _PAGE.write_text(replaced(_PAGE.read_text("utf-8"), sections, when), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
