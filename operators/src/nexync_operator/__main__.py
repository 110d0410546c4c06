"""Topics and schema as they should be: `run` is the operator of a cluster, `apply` one idempotent run.

`release` goes before an uninstall of the operator: nothing may wait for it any more.

`apply` prints one line a change.

Exit code 0: as desired. 1: refused or unreachable, with one line that says why. 2: wrong arguments.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from confluent_kafka import KafkaException

from nexync_contracts.channels import CHAT_PARTITIONS
from nexync_operator import schema, topics
from nexync_operator.adapters.kafka import KafkaTopicAdmin
from nexync_operator.errors import ReconcileError
from nexync_operator.schema_lint import lint
from nexync_operator.waiting import wait_for


def _say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nexync_operator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    apply = commands.add_parser("apply", help="bring topics and schema to their desired state")
    apply.add_argument("--kafka", metavar="HOST:PORT", help="bootstrap servers")
    apply.add_argument("--postgres", metavar="URL", help="postgresql://…")
    apply.add_argument("--migrations", type=Path, help="folder of NNNN_name.sql")
    apply.add_argument("--partitions", type=int, default=CHAT_PARTITIONS)
    apply.add_argument("--replication", type=int, default=1)
    apply.add_argument("--wait", type=float, default=60.0, help="seconds to wait for a backend")
    lint = commands.add_parser("lint", help="look for statements that destroy or lock")
    lint.add_argument("--migrations", type=Path, help="folder of NNNN_name.sql")
    commands.add_parser(
        "run", help="the operator: reconcile KafkaTopic and PostgresSchema resources"
    )
    release = commands.add_parser("release", help="let go of all resources before an uninstall")
    release.add_argument(
        "--instance", default="", help="delete the resources of this Helm release while at it"
    )
    return parser


def _apply_topics(bootstrap: str, partitions: int, replication: int, wait: float) -> int:
    admin = KafkaTopicAdmin(bootstrap)
    wait_for(f"kafka at {bootstrap}", admin.ping, seconds=wait, retry_on=(KafkaException,))
    changes = 0
    for spec in topics.desired(partitions=partitions, replication=replication):
        for change in topics.reconcile(spec, admin):
            _say(change)
            changes += 1
    return changes


def _apply_schema(url: str, folder: Path, wait: float) -> int:
    def probe() -> None:
        psycopg.connect(url, connect_timeout=2).close()

    # Without the URL in the line: it may hold a password.
    wait_for("postgres", probe, seconds=wait, retry_on=(psycopg.OperationalError,))
    applied = schema.reconcile(url, folder)
    for migration in applied:
        _say(migration)
    return len(applied)


def _release(instance: str) -> int:
    from nexync_operator.catalog import kinds  # noqa: PLC0415
    from nexync_operator.release import run  # noqa: PLC0415
    from nexync_operator.settings import OperatorSettings  # noqa: PLC0415
    from nexync_runtime.settings import load  # noqa: PLC0415

    return run(load(OperatorSettings), kinds(), instance)


def _lint(folder: Path) -> int:
    migrations = schema.load(folder)
    findings = lint(migrations, {})
    for one in findings:
        _say(f"{one.migration}:{one.line}: {one.rule}: {one.message}")
    _say(f"{len(migrations)} migrations, {len(findings)} findings")
    return 1 if findings else 0


def _run() -> int:
    # Imported here: `apply` on one machine needs neither kopf nor an HTTP client.
    from nexync_operator.app import run  # noqa: PLC0415
    from nexync_operator.catalog import kinds  # noqa: PLC0415
    from nexync_operator.settings import OperatorSettings  # noqa: PLC0415
    from nexync_runtime.settings import load  # noqa: PLC0415

    return run(load(OperatorSettings), kinds())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "run":
        return _told(_run)
    if options.command == "release":
        return _release(options.instance)
    if options.command == "lint":
        return _told(lambda: _lint(options.migrations or schema.find_folder()))
    steps: list[Callable[[], int]] = []
    if options.postgres:
        steps.append(
            lambda: _apply_schema(
                options.postgres, options.migrations or schema.find_folder(), options.wait
            )
        )
    if options.kafka:
        steps.append(
            lambda: _apply_topics(
                options.kafka, options.partitions, options.replication, options.wait
            )
        )
    if not steps:
        parser.error("name --kafka, --postgres or both")
    return _told(lambda: _apply(steps))


def _apply(steps: Sequence[Callable[[], int]]) -> int:
    if not sum(step() for step in steps):
        _say("topics and schema are as desired")
    return 0


def _told(work: Callable[[], int]) -> int:
    try:
        return work()
    except ReconcileError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
