"""Bringing an instance up and down."""

import fcntl
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from nexync_dev import backends, commands, edge, places, processes, services
from nexync_dev.config import BACKEND_PORTS, DEFAULT_PORTS, HOST, Config, environment
from nexync_dev.errors import DevError
from nexync_dev.programs import Program
from nexync_dev.steps import Steps
from nexync_dev.supervision import Supervisor, render_main, render_programs, settings_path

SLOW_BACKENDS = ("rabbitmq", "mail")
"""Neither topics nor schema need them, so the services boot beside them."""


@contextmanager
def _alone(config: Config) -> Generator[None]:
    """One `up` or `down` at a time for one state folder."""
    config.run.mkdir(parents=True, exist_ok=True)
    with (config.run / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DevError(f"Another command is at work on {config.state}; wait for it.") from None
        yield


def up(config: Config, steps: Steps, *, with_services: bool, with_schema: bool = True) -> None:
    """Start what is not running yet and return when all of it is ready.

    Keeps data. On failure everything is stopped that this call started, and `DevError` is raised.
    """
    with _alone(config):
        place = places.open_state(config)
        supervisor = Supervisor(config)
        fresh = not supervisor.is_running()
        if fresh:
            processes.end(processes.of_instance(config), grace=10)
        started: list[str] = []
        try:
            _raise(
                config,
                place,
                steps,
                supervisor,
                started,
                with_services=with_services,
                with_schema=with_schema,
            )
        except BaseException:
            if supervisor.is_running():
                with steps.step("Stop what was started"):
                    if fresh:
                        _stop_all(config, supervisor)
                    else:
                        for name in reversed(started):
                            supervisor.stop(name)
            raise


def _raise(
    config: Config,
    place: places.Place,
    steps: Steps,
    supervisor: Supervisor,
    started: list[str],
    *,
    with_services: bool,
    with_schema: bool,
) -> None:
    if not supervisor.is_running():
        processes.check_free(config, DEFAULT_PORTS if with_services else BACKEND_PORTS)
    backends.prepare(config, place, steps)
    wanted = list(backends.programs(config, place))
    _write(config, "backends", wanted)
    if with_services:
        services.prepare(config, place, steps)
        served = [*services.programs(config), edge.program(config, place)]
        _write(config, "services", served)
    else:
        served = []
        if not supervisor.is_running():
            (config.run / "services.programs").unlink(missing_ok=True)
    settings_path(config).write_text(render_main(config))
    if supervisor.is_running():
        supervisor.update()
    else:
        supervisor.launch()
    _launch(config, supervisor, wanted, started)
    _wait_all(config, steps, supervisor, [one for one in wanted if one.name not in SLOW_BACKENDS])
    if with_schema:
        with steps.step("Apply topics and schema"):
            _apply(config)
    _launch(config, supervisor, served, started)
    _wait_all(config, steps, supervisor, [one for one in wanted if one.name in SLOW_BACKENDS])
    _wait_all(config, steps, supervisor, served)


def _write(config: Config, group: str, programs: Sequence[Program]) -> None:
    path = config.run / f"{group}.programs"
    path.write_text(render_programs(config, programs))


def _check_ports(config: Config, supervisor: Supervisor, programs: Sequence[Program]) -> None:
    states = supervisor.states()
    for program in programs:
        if states[program.name].pid == 0:
            processes.check_free(config, program.ports)


def _launch(
    config: Config, supervisor: Supervisor, programs: Sequence[Program], started: list[str]
) -> None:
    """Start all that do not run; they boot side by side."""
    _check_ports(config, supervisor, programs)
    states = supervisor.states()
    for program in programs:
        if states[program.name].pid == 0:
            supervisor.start(program.name)
            started.append(program.name)
            if program.name == "epmd":
                _wait(config, supervisor, program)


def _wait_all(
    config: Config, steps: Steps, supervisor: Supervisor, programs: Sequence[Program]
) -> None:
    for program in programs:
        with steps.step(f"{program.name} on port {config.ports[program.ports[0]]}"):
            _wait(config, supervisor, program)


def _wait(config: Config, supervisor: Supervisor, program: Program) -> None:
    deadline = time.monotonic() + program.start_seconds
    log = config.logs / f"{program.name}.log"
    while not program.ready():
        state = supervisor.states()[program.name]
        if state.state not in ("starting", "running"):
            raise DevError(f"{program.name} died at start: {_last_words(program, log)}")
        if time.monotonic() > deadline:
            raise DevError(
                f"{program.name} was not ready after {program.start_seconds} s: "
                f"{_last_words(program, log)}"
            )
        time.sleep(0.1)


def _last_words(program: Program, log: Path) -> str:
    text = log.read_text(errors="replace") if log.is_file() else ""
    return f"{commands.telling_line(text[-8000:])} (log of {program.name}: {log})"


def _apply(config: Config) -> None:
    env = environment(config)
    commands.run(
        [
            config.python,
            "-m",
            "nexync_operator",
            "apply",
            "--kafka",
            env["NEXYNC_KAFKA_BOOTSTRAP"],
            "--postgres",
            env["NEXYNC_POSTGRES_URL"],
        ],
        log=config.logs / "apply.log",
        timeout=120,
        env=env,
    )


def down(config: Config, steps: Steps) -> bool:
    """Stop everything of the instance. Returns False when nothing was running."""
    if not config.state.exists():
        return False
    with _alone(config):
        supervisor = Supervisor(config)
        if not supervisor.is_running() and not processes.of_instance(config):
            return False
        with steps.step("Stop everything"):
            _stop_all(config, supervisor)
        return True


def _stop_all(config: Config, supervisor: Supervisor) -> None:
    """Services first, then the backends, at last epmd, which RabbitMQ needs to the end."""
    members = processes.of_instance(config)
    if supervisor.is_running():
        states = supervisor.states()
        backends_there = [name for name in states if name not in (*services.NAMES, "epmd")]
        for wave in (services.NAMES, backends_there, ["epmd"]):
            _stop_wave(supervisor, [name for name in wave if name in states])
        supervisor.shutdown()
        psutil.wait_procs(members, timeout=20)
    processes.end(processes.of_instance(config), grace=10)


def _stop_wave(supervisor: Supervisor, names: Sequence[str]) -> None:
    for name in names:
        supervisor.stop(name, wait=False)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        states = supervisor.states()
        if all(states[name].pid == 0 for name in names):
            return
        time.sleep(0.1)


def urls(config: Config) -> list[str]:
    """The lines that end a successful `up`."""
    return [
        f"  Page   http://{HOST}:{config.ports['edge']}",
        f"  Mail   http://{HOST}:{config.ports['mail']}",
    ]
