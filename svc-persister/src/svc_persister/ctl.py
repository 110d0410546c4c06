"""`nexyncctl`: what an operator does by hand to the log and its dead letters."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from nexync_contracts.channels import CHAT_TOPIC
from nexync_runtime.settings import KafkaSettings, SettingsError, Url, parse
from svc_persister.adapters.adopting import adopt
from svc_persister.adapters.dead_letters import DeadLetter, read_dead_letters, requeue
from svc_persister.adapters.kafka import dead_letter_topic
from svc_persister.adapters.months import PostgresMonths
from svc_persister.errors import PersisterError
from svc_persister.metrics import make as make_metrics
from svc_persister.retaining import Plan, Retaining

Write = Callable[[str], object]


class CtlSettings(KafkaSettings):
    """Which instance the commands are for."""

    admin_port: int = 0
    postgres_url: Url
    redis_state_url: Url
    chat_topic: str = CHAT_TOPIC
    retention_grace_days: int = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it worked, 1 if not, 2 if the settings or the arguments are wrong."""
    asked = _parser().parse_args(arguments)
    try:
        settings = parse(CtlSettings, os.environ)
        command: Callable[[CtlSettings, argparse.Namespace, Write], int] = asked.run
        return command(settings, asked, sys.stdout.write)
    except SettingsError as error:
        sys.stderr.write(f"settings are wrong:\n{error}\n")
        return 2
    except PersisterError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nexyncctl", description=__doc__)
    areas = parser.add_subparsers(required=True, metavar="area")
    dlq = areas.add_parser("dlq", help="records that no version can read").add_subparsers(
        required=True, metavar="command"
    )
    listing = dlq.add_parser("list", help="one line each, oldest first")
    listing.add_argument("--limit", type=int, default=100, help="the newest so many (100)")
    listing.set_defaults(run=_list)
    show = dlq.add_parser("show", help="one record with its original bytes")
    show.add_argument("offset", type=int, help="its offset in the dead letters' topic")
    show.set_defaults(run=_show)
    again = dlq.add_parser("requeue", help="put the original bytes into the log again")
    again.add_argument("offset", type=int, nargs="+", help="offsets in the dead letters' topic")
    again.set_defaults(run=_requeue)
    log = areas.add_parser("log", help="the chat topic itself").add_subparsers(
        required=True, metavar="command"
    )
    adopting = log.add_parser(
        "adopt",
        help="the log was replaced: go on with the new one under a higher log epoch",
        description="Stop all persisters first. Streams keep their numbers; events of the old log "
        "that never reached Postgres are lost, and clients read anew.",
    )
    adopting.add_argument("--yes", action="store_true", help="really do it")
    adopting.set_defaults(run=_adopt)
    retention = areas.add_parser("retention", help="months of what was said").add_subparsers(
        required=True, metavar="command"
    )
    showing = retention.add_parser("plan", help="what the next sweep would make, hide and drop")
    showing.set_defaults(run=_plan)
    sweeping = retention.add_parser("sweep", help="do it now instead of within the hour")
    sweeping.set_defaults(run=_sweep)
    return parser


def _letters(settings: CtlSettings) -> list[DeadLetter]:
    return read_dead_letters(settings.cluster, dead_letter_topic(settings.chat_topic))


def _list(settings: CtlSettings, asked: argparse.Namespace, write: Write) -> int:
    limit: int = asked.limit
    for letter in _letters(settings)[-limit:]:
        appended = datetime.fromtimestamp(letter.appended_ms / 1000, UTC)
        write(
            f"{letter.offset}\t{appended:%Y-%m-%dT%H:%M:%SZ}\t"
            f"from {letter.from_partition}/{letter.from_offset}\t"
            f"{len(letter.value or b'')} bytes\t{letter.reason}\n"
        )
    return 0


def _show(settings: CtlSettings, asked: argparse.Namespace, write: Write) -> int:
    offset: int = asked.offset
    for letter in _letters(settings):
        if letter.offset == offset:
            shown = {
                "offset": letter.offset,
                "reason": letter.reason,
                "partition": letter.from_partition,
                "from_offset": letter.from_offset,
                "appended_ms": letter.appended_ms,
                "key": _text(letter.key),
                "value": _text(letter.value),
                "value_hex": (letter.value or b"").hex(),
            }
            write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
            return 0
    sys.stderr.write(f"no dead letter has offset {offset}\n")
    return 1


def _requeue(settings: CtlSettings, asked: argparse.Namespace, write: Write) -> int:
    wanted: list[int] = asked.offset
    found = {letter.offset: letter for letter in _letters(settings)}
    missing = [offset for offset in wanted if offset not in found]
    if missing:
        sys.stderr.write(f"no dead letter has offset {missing[0]}; nothing was done\n")
        return 1
    requeue(settings.cluster, settings.chat_topic, [found[offset] for offset in wanted])
    write(f"{len(wanted)} put into {settings.chat_topic} again\n")
    return 0


def _adopt(settings: CtlSettings, asked: argparse.Namespace, write: Write) -> int:
    if not asked.yes:
        sys.stderr.write("this can't be undone; stop all persisters, then add --yes\n")
        return 2
    adopted = adopt(
        cluster=settings.cluster,
        topic=settings.chat_topic,
        postgres_url=settings.postgres_url,
        redis_url=settings.redis_state_url,
        ca_file=settings.ca_file,
    )
    write(
        f"{adopted.partitions} partitions go on with topic {adopted.topic_id} of cluster "
        f"{adopted.cluster_id} as log epoch {adopted.log_epoch}\n"
    )
    return 0


def _retaining(settings: CtlSettings) -> Retaining:
    def wait(seconds: float) -> bool:
        time.sleep(seconds)
        return True

    return Retaining(
        PostgresMonths(settings.postgres_url, name="nexyncctl retention", ca_file=settings.ca_file),
        grace_days=settings.retention_grace_days,
        now=lambda: time.time_ns() // 1_000_000,
        wait=wait,
        metrics=make_metrics(),
    )


def _plan(settings: CtlSettings, _: argparse.Namespace, write: Write) -> int:
    return _shown(_retaining(settings).plan(), write)


def _sweep(settings: CtlSettings, _: argparse.Namespace, write: Write) -> int:
    return _shown(_retaining(settings).sweep(), write)


def _shown(plan: Plan | None, write: Write) -> int:
    if plan is None:
        sys.stderr.write("another process is at it; try again in a moment\n")
        return 1
    for line in plan.lines() or ["nothing to do"]:
        write(line + "\n")
    return 0


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
