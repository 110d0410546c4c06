"""Which processes belong to an instance, and who holds a port."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterable

import psutil

from nexync_dev.config import HOST, Config, port_variable
from nexync_dev.errors import DevError
from nexync_dev.supervision import MARK, session_path, settings_path


def of_instance(config: Config) -> list[psutil.Process]:
    """Every process started by this instance's supervisor, and itself, also after it was killed.

    They carry a mark in their environment. Some overwrite it (Redis, PostgreSQL, nginx): these are
    found by the supervisor's session, or as descendants of the others.
    """
    found: dict[int, psutil.Process] = {}
    own = psutil.Process().pid
    session = _session(config)
    for process in psutil.process_iter():
        try:
            ours = (
                (session is not None and os.getsid(process.pid) == session)
                or process.environ().get(MARK) == config.identity
                or str(settings_path(config)) in process.cmdline()
            )
            members = [process, *process.children(recursive=True)] if ours else []
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue
        found.update({member.pid: member for member in members if member.pid != own})
    return list(found.values())


def _session(config: Config) -> int | None:
    """The session that the supervisor leads or led.

    The kernel gives its number to no other process while a member lives, so a leader that is not our
    supervisor means that no member is left.
    """
    try:
        session = int(session_path(config).read_text())
    except (OSError, ValueError):
        return None
    try:
        leader = psutil.Process(session).cmdline()
    except psutil.NoSuchProcess:
        return session
    except psutil.Error:
        return None
    return session if str(settings_path(config)) in leader else None


def end(processes: Iterable[psutil.Process], grace: float) -> None:
    """SIGTERM, after `grace` seconds SIGKILL; returns when all are gone or 5 s later."""
    alive = list(processes)
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        for process in alive:
            try:
                process.send_signal(number)
            except psutil.Error:
                continue
        _, alive = psutil.wait_procs(alive, timeout=patience)


def kill(pid: int) -> None:
    """SIGKILL for a process and its descendants, as a crash would end them; returns when they are gone."""
    try:
        leader = psutil.Process(pid)
        members = [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(members, timeout=5.0)


def check_free(config: Config, names: Iterable[str], patience: float = 3.0) -> None:
    """Raise `DevError` naming the first port in `names` that something else holds.

    A program that was just stopped may need a moment, so a port is given `patience` seconds.
    """
    deadline = time.monotonic() + patience
    for name in names:
        port = config.ports[name]
        while not _is_free(port):
            if time.monotonic() > deadline:
                raise DevError(
                    f"Port {port} ({name}) is in use{_holder(port)}; "
                    f"stop that, or set {port_variable(name)} to a free port."
                )
            time.sleep(0.1)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN
            if not listening or not connection.laddr or connection.laddr.port != port:
                continue
            if connection.pid is not None:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return ""
    return ""
