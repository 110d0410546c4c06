"""Runs inside of pods, given to their Python as text, so it needs nothing beside the standard library.

`dial JSON` tries TCP connections and prints one line of JSON, the names of those that came about. The JSON has
`targets`, each a name, a host and a port (no host: who answers DNS for this pod), and `wanted`, the names that are
tried until they come about; all others are tried until they don't; both for `wait_seconds` at most. `listen PORT…`
accepts connections until it is ended.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import TypedDict

ONCE_SECONDS = 4.0
"""Two answers to a connection fit in, the second one a second after the first; what is dropped takes all of it."""


PAUSE_SECONDS = 0.5
"""Between two tries."""


class Question(TypedDict):
    """What `dial` is asked."""

    targets: list[tuple[str, str, int]]
    wanted: list[str]
    wait_seconds: float


async def dial(question: Question) -> list[str]:
    """The names of the targets that were reached, sorted."""
    wanted = set(question["wanted"])
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: group.create_task(
                _reached(
                    host or nameserver(),
                    port,
                    wanted=name in wanted,
                    wait_seconds=question["wait_seconds"],
                )
            )
            for name, host, port in question["targets"]
        }
    return sorted(name for name, task in tasks.items() if task.result())


async def _reached(host: str, port: int, *, wanted: bool, wait_seconds: float) -> bool:
    """Whether a connection came about; tried again until it is as wanted, as long as `wait_seconds` last."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_seconds
    while True:
        came = await _comes(host, port)
        if came is wanted or loop.time() >= until:
            return came
        await asyncio.sleep(PAUSE_SECONDS)


async def _comes(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(ONCE_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # also TimeoutError
        return False
    writer.close()
    return True


def nameserver() -> str:
    """The first one of /etc/resolv.conf."""
    lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith("nameserver "))


async def listen(ports: list[int]) -> None:
    """Accept and close, on every address."""

    def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    for port in ports:
        await asyncio.start_server(close, port=port)
    await asyncio.Event().wait()


def main(arguments: list[str]) -> None:
    """As the module says."""
    if arguments[0] == "listen":
        asyncio.run(listen([int(port) for port in arguments[1:]]))
    else:
        print(json.dumps(asyncio.run(dial(json.loads(arguments[1])))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
