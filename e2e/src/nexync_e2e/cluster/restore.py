"""`python -m nexync_e2e.cluster.restore`: backup, 500 messages, restore of Postgres; every number as it was before.

The steps are those of docs/production.md, done as an operator would do them: with kubectl and Postgres's own tools.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Final

from nexync_client.inbox import Seen
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId
from nexync_e2e.cluster import failing
from nexync_e2e.cluster.__main__ import install, plan
from nexync_e2e.cluster.entrance import enter
from nexync_e2e.cluster.release import Release, namespace
from nexync_e2e.cluster.tools import ToolError
from nexync_e2e.device import Device
from nexync_e2e.loss.cast import Cast, cast
from nexync_e2e.settings import Wires, cluster_settings
from nexync_e2e.waiting import until

WRITERS: Final = ("svc-gateway", "svc-chat", "svc-auth", "svc-mailer", "svc-persister")
"""Whoever writes to Postgres or tells people what is there; stopped in this order."""

BEFORE: Final = 100
AFTER: Final = 500
_USER: Final = "nexync"
_REPLAY_SECONDS: Final = 120.0


def main() -> int:
    """0 when every history is as it was before the restore."""
    try:
        lost = asyncio.run(_drill())
    except Exception as error:  # noqa: BLE001 - whatever it is, all of it is told, and the run has failed
        return failing.tell(error)
    print("Nothing lost: all numbers are as they were." if not lost else f"FAILED: {lost}")
    return 1 if lost else 0


async def _drill() -> list[str]:
    settings = cluster_settings()
    async with namespace(settings.namespace) as tools:
        release = Release(plan(settings), tools)
        await install(release)
        where = await enter(release, origin=settings.origin, node=settings.node)
        async with cast(where, writers=6, chats=3) as people:
            chats = [group.chat for group in people.groups]
            await _messages(people, where, chats, BEFORE)
            dump = await backup(release)
            print(f"backup of {len(dump)} characters", flush=True)
            admin, other = people.people[0], people.people[2]
            chats.append(await admin.create_chat(ChatKind.GROUP, (other.id,), "After the backup"))
            await _messages(people, where, chats, AFTER)
            before = await _histories(people, chats)
            started = time.monotonic()
            await restore(release, dump)
            print(f"restored and replayed in {time.monotonic() - started:.0f} s", flush=True)
            after = await _histories(people, chats)
            return [
                f"{chat}: {len(before[chat])} pieces before, {len(after[chat])} after"
                for chat in chats
                if before[chat] != after[chat]
            ]


async def backup(release: Release) -> str:
    """A consistent dump of the whole database, as SQL."""
    return await _in_postgres(
        release, "pg_dump", "--username", _USER, "--no-owner", _USER, seconds=120
    )


async def restore(release: Release, dump: str) -> None:
    """Stop the writers, replace the database, forget both Redis, replay, let people in again.

    The operator is paused meanwhile, or it would migrate the empty database. Raises ToolError when the backup
    has as many events as the database had: then nothing would be tried.

    Redis goes because its markers carry epochs that the restored database has not reached: its owners would be
    fenced. The persisters replay alone, so that nobody places a chat that the log is about to bring back.
    """
    await release.tools.kubectl("annotate", "nps", "--all", "nexync.io/paused=true")
    replicas = {name: len(await release.pods(component=name)) for name in WRITERS}
    for name in WRITERS:
        await _scale(release, name, 0)
    had = await _events(release)
    await _in_postgres(release, "dropdb", "--force", "--username", _USER, _USER)
    await _in_postgres(
        release, "createdb", "--username", _USER, "--maintenance-db", "postgres", _USER
    )
    await _in_postgres(
        release,
        "psql",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--username",
        _USER,
        "--dbname",
        _USER,
        stdin=dump,
        seconds=180,
    )
    events = await _events(release)
    print(f"{had} events in Postgres, {events} in the backup", flush=True)
    if events >= had:
        msg = "the backup holds everything; nothing to replay"
        raise ToolError(msg)
    for redis in ("redis-state", "redis-cache"):
        pod = f"{release.plan.backends}-{redis}-0"
        await release.tools.kubectl("exec", pod, "--", "redis-cli", "FLUSHALL")
    await _scale(release, "svc-persister", replicas["svc-persister"])
    await replayed(release)
    for name in reversed(WRITERS[:-1]):
        await _scale(release, name, replicas[name])
    await release.tools.kubectl("annotate", "nps", "--all", "nexync.io/paused-")


async def _events(release: Release) -> int:
    """Rows that Postgres has of the log."""
    count = "SELECT count(*) FROM events"
    return int(
        await _in_postgres(
            release, "psql", "-qtA", "--username", _USER, "--dbname", _USER, "-c", count
        )
    )


async def replayed(release: Release) -> None:
    """Wait until the persisters have read the log to its end. Raises TimeoutError."""

    async def at_the_end() -> bool | None:
        pods = await release.pods(component="svc-persister")
        if not pods or not all(pod.ready for pod in pods):
            return None
        left = [await _lag(release, pod.metadata.name) for pod in pods]
        return True if all(lag == 0 for lag in left) else None

    await until(at_the_end, "the log read to its end", seconds=_REPLAY_SECONDS, every=1.0)


async def _lag(release: Release, pod: str) -> float:
    """Records that this persister has yet to read; infinite while it owns no partition.

    Asked within its pod: nobody but a Prometheus may come to the admin port from elsewhere.
    """
    read = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/metrics').read().decode())"
    text = await release.tools.kubectl("exec", pod, "--", "python", "-c", read)
    lags = [
        float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if line.startswith("nexync_persister_lag")
    ]
    return sum(lags) if lags else float("inf")


async def _scale(release: Release, component: str, replicas: int) -> None:
    name = await release.deployment(component)
    await release.tools.kubectl("scale", f"deployment/{name}", f"--replicas={replicas}")
    await release.rolled_out(name)


async def _in_postgres(
    release: Release, *command: str, stdin: str = "", seconds: float = 60.0
) -> str:
    pod = f"{release.plan.backends}-postgres-0"
    return await release.tools.kubectl(
        "exec", "-i", pod, "--", *command, stdin=stdin, seconds=seconds
    )


async def _messages(people: Cast, where: Wires, chats: Sequence[ChatId], count: int) -> None:
    """So many messages of one of the admins of all chats, each with its outcome."""
    for number, admin in enumerate(people.people[:2]):
        own = [group.chat for group in people.groups if group.admin is admin]
        own += [chat for chat in chats[len(people.groups) :] if number == 0]
        async with Device(admin, where.gateways, name=f"admin {number}").running() as device:
            for turn in range(count // 2):
                await device.send(own[turn % len(own)], f"message {turn}")
            await device.settled(seconds=60)


async def _histories(people: Cast, chats: Sequence[ChatId]) -> dict[ChatId, tuple[Seen, ...]]:
    """Each chat as its admin reads it."""
    admins = {group.chat: group.admin for group in people.groups}
    return {chat: (await admins.get(chat, people.people[0]).history(chat)).pieces for chat in chats}


if __name__ == "__main__":
    sys.exit(main())
