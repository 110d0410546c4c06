"""`python -m svc_mailer dead list | show | requeue`: jobs that no retry could help.

Codes, links, passwords and texts of messages are not shown: whoever may look into queues may not log in as others.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from nexync_contracts.channels import WORK_QUEUES
from nexync_runtime.rabbit_dead import DeadLetterError, DeadMessage, look, put_back

SECRET_FIELDS: Final = frozenset({"code", "link", "password", "text", "title", "token"})
"""Fields of jobs whose values stay hidden, at any depth."""

BODY_SHOWN: Final = 4_000


def run(arguments: Sequence[str], *, url: str, ca_file: Path | None) -> int:
    """The command; its exit code: 0 done, 1 nothing found, 2 RabbitMQ can't be reached."""
    options = _parser().parse_args(arguments)
    try:
        match options.verb:
            case "list":
                return _list([options.queue] if options.queue else WORK_QUEUES, url, ca_file)
            case "show":
                return _show(options.queue, options.id, url, ca_file)
            case _:
                wanted = None if options.all else options.ids
                return _requeue(options.queue, wanted, url, ca_file)
    except DeadLetterError as error:
        sys.stderr.write(f"rabbitmq: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m svc_mailer dead")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="what is dead, and why")
    listing.add_argument("queue", nargs="?", choices=WORK_QUEUES)
    showing = verbs.add_parser("show", help="one dead job, without its secrets")
    showing.add_argument("queue", choices=WORK_QUEUES)
    showing.add_argument("id")
    again = verbs.add_parser("requeue", help="try again from the beginning")
    again.add_argument("queue", choices=WORK_QUEUES)
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true")
    which.add_argument("--id", dest="ids", action="append", metavar="ID")
    return parser


def _list(queues: Sequence[str], url: str, ca_file: Path | None) -> int:
    messages = [message for queue in queues for message in look(url, queue, ca_file=ca_file)]
    for message in messages:
        sys.stdout.write(f"{message.queue}  {_line(message)}\n")
    sys.stderr.write(f"{len(messages)} dead\n")
    return 0


def _show(queue: str, identity: str, url: str, ca_file: Path | None) -> int:
    for message in look(url, queue, ca_file=ca_file):
        if message.message_id == identity:
            sys.stdout.write(f"{_line(message)}\n{shown(message.body)}\n")
            return 0
    return _missing(queue)


def _requeue(queue: str, wanted: Sequence[str] | None, url: str, ca_file: Path | None) -> int:
    moved = put_back(url, queue, wanted, ca_file=ca_file)
    sys.stdout.writelines(f"{identity}\n" for identity in moved)
    missing = set(wanted or ()).difference(moved)
    return _missing(queue) if missing else 0


def _missing(queue: str) -> int:
    sys.stderr.write(f"{queue}: no dead job has this id\n")
    return 1


def _line(message: DeadMessage) -> str:
    return f"{message.message_id}  attempts {message.attempt}  {message.reason}"


def shown(body: bytes) -> str:
    """The job as indented JSON with its secrets hidden; of what is no JSON only how long it is."""
    try:
        job = json.loads(body)
    except ValueError:
        return f"not JSON, {len(body)} bytes"
    return json.dumps(_hidden(job), indent=2, ensure_ascii=False)[:BODY_SHOWN]


def _hidden(value: object) -> object:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {
            key: "…" if key in SECRET_FIELDS and inner is not None else _hidden(inner)
            for key, inner in fields.items()
        }
    if isinstance(value, list):
        return [_hidden(inner) for inner in cast("list[Any]", value)]
    return value
