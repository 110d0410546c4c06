"""The verbs. Every expected failure is one line on standard error and exit status 1."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence

from nexync_dev import demo, lifecycle, places, processes, report, services
from nexync_dev.config import Config, addresses, environment
from nexync_dev.errors import DevError
from nexync_dev.steps import Steps
from nexync_dev.supervision import Supervisor


def main(arguments: Sequence[str]) -> int:
    """Run one verb; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.offset is not None:
        os.environ["NEXYNC_PORT_BASE_OFFSET"] = str(options.offset)
    steps = Steps()
    try:
        return _VERBS[options.verb](options, Config.read(), steps)
    except DevError as error:
        print(f"nexync: {error}", file=sys.stderr)
    except OSError as error:
        print(f"nexync: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nexync_dev", description="Nexync on one machine.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--offset", type=int, help="added to every port; names another instance")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("up", parents=[common], help="start everything")
    verbs.add_parser("install", parents=[common], help="only install what tests and checks need")
    verbs.add_parser("down", parents=[common], help="stop everything; keeps the data")
    verbs.add_parser("wipe", parents=[common], help="stop everything and delete the data")
    status = verbs.add_parser("status", parents=[common], help="what is running")
    status.add_argument("--json", action="store_true", help="for programs")
    logs = verbs.add_parser("logs", parents=[common], help="follow the logs")
    logs.add_argument("name", nargs="?", help="of one program only")
    verbs.add_parser("demo", parents=[common], help="add people, chats and messages to look at")
    verbs.add_parser("env", parents=[common], help="print the settings as export lines")
    backends = verbs.add_parser("backends", parents=[common], help="the backends without services")
    backends.add_argument("action", choices=["up", "down"])
    backends.add_argument("--bare", action="store_true", help="without topics and schema")
    for verb, words in (
        ("start", "start one program"),
        ("stop", "stop one program"),
        ("restart", "restart one program"),
        ("kill", "end one program by SIGKILL, and keep it away until it is started"),
    ):
        one = verbs.add_parser(verb, parents=[common], help=words)
        one.add_argument("name")
    return parser


def _up(_: argparse.Namespace, config: Config, steps: Steps) -> int:
    lifecycle.up(config, steps, with_services=True)
    steps.say(f"\nNexync is up after {steps.elapsed():.1f} s.\n")
    for line in lifecycle.urls(config):
        steps.say(line)
    return 0


def _backends(options: argparse.Namespace, config: Config, steps: Steps) -> int:
    if options.action == "down":
        return _down(options, config, steps)
    lifecycle.up(config, steps, with_services=False, with_schema=not options.bare)
    steps.say(f"\nThe backends are up after {steps.elapsed():.1f} s.")
    return 0


def _down(_: argparse.Namespace, config: Config, steps: Steps) -> int:
    if not lifecycle.down(config, steps):
        steps.say("Nothing was running.")
    return 0


def _wipe(_: argparse.Namespace, config: Config, steps: Steps) -> int:
    lifecycle.down(config, steps)
    wipe(config, steps)
    return 0


def _install(_: argparse.Namespace, config: Config, steps: Steps) -> int:
    services.install_web(config, steps)
    return 0


def _logs(options: argparse.Namespace, config: Config, _: Steps) -> int:
    report.follow(config, options.name)
    return 0


def _env(_: argparse.Namespace, config: Config, steps: Steps) -> int:
    for name, value in (environment(config) | addresses(config)).items():
        steps.say(f"export {name}={shlex.quote(value)}")
    return 0


def _demo(_: argparse.Namespace, config: Config, steps: Steps) -> int:
    demo.fill(config, steps)
    return 0


def wipe(config: Config, steps: Steps) -> None:
    """Delete the data of a stopped instance; downloaded tools stay."""
    with steps.step("Delete the data"):
        outside = places.unprivileged_folder(config)
        if outside.exists():
            shutil.rmtree(outside)
        if config.state.exists():
            for entry in config.state.iterdir():
                if entry == config.tools:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()


def _status(options: argparse.Namespace, config: Config, steps: Steps) -> int:
    found = report.rows(config) if Supervisor(config).is_running() else []
    if options.json:
        steps.say(report.as_json(found))
    else:
        steps.say(report.table(found) if found else "Nothing is running.")
    return 0 if found and all(row["state"] == "running" for row in found) else 3


def _control(options: argparse.Namespace, config: Config, _: Steps) -> int:
    supervisor = Supervisor(config)
    states = supervisor.states()
    if options.name not in states:
        raise DevError(f"There is no program {options.name!r}; see the verb `status`.")
    if options.verb == "kill" and states[options.name].pid:
        processes.kill(states[options.name].pid)
    # The supervisor may have started the next one meanwhile.
    if options.verb in ("stop", "restart", "kill"):
        supervisor.stop(options.name)
    if options.verb in ("start", "restart"):
        supervisor.start(options.name)
    return 0


_VERBS: Mapping[str, Callable[[argparse.Namespace, Config, Steps], int]] = {
    "up": _up,
    "install": _install,
    "down": _down,
    "wipe": _wipe,
    "status": _status,
    "logs": _logs,
    "demo": _demo,
    "env": _env,
    "backends": _backends,
    "start": _control,
    "stop": _control,
    "restart": _control,
    "kill": _control,
}
