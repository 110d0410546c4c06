"""The supervisor: its configuration, and its control over a Unix socket.

supervisord restarts a program that dies, as Kubernetes would.
"""

import http.client
import os
import socket
import subprocess
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from nexync_dev.config import Config
from nexync_dev.errors import DevError
from nexync_dev.programs import Program

MARK = "NEXYNC_DEV_INSTANCE"
"""Set in the environment of every process of an instance, so that none is overlooked."""

_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class ProgramState:
    """What the supervisor says about one program; `started` is in seconds since the epoch."""

    name: str
    state: str
    pid: int
    started: int
    message: str


def socket_path(config: Config) -> Path:
    """The control socket: in the state folder, unless that path is too long for one."""
    inside = config.run / "supervisor.sock"
    if len(str(inside)) <= _LONGEST_SOCKET_PATH:
        return inside
    return Path(tempfile.gettempdir()) / f"nexync-{config.identity}.sock"


def settings_path(config: Config) -> Path:
    """The main configuration file; its path also identifies the process."""
    return config.run / "supervisord.conf"


def session_path(config: Config) -> Path:
    """Holds the number of the session that the supervisor leads; its children are members."""
    return config.run / "session"


def render_main(config: Config) -> str:
    """Supervisord's own settings; programs are included from one file a group."""
    user = "user=root\n" if os.geteuid() == 0 else ""
    return (
        "[supervisord]\n"
        f"logfile={_plain(config.logs / 'supervisor.log')}\n"
        "logfile_maxbytes=5MB\n"
        "logfile_backups=1\n"
        f"pidfile={_plain(config.run / 'supervisord.pid')}\n"
        f"identifier=nexync-{config.identity}\n"
        f"childlogdir={_plain(config.logs)}\n"
        f"environment={MARK}={_quoted(config.identity)}\n"
        "minfds=1024\n"
        f"{user}"
        "\n[unix_http_server]\n"
        f"file={_plain(socket_path(config))}\n"
        "chmod=0700\n"
        "\n[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory="
        "supervisor.rpcinterface:make_main_rpcinterface\n"
        "\n[include]\n"
        f"files={_plain(config.run)}/*.programs\n"
    )


def render_programs(config: Config, programs: Iterable[Program]) -> str:
    """The sections of `programs`. They start when told, and again whenever they die."""
    return "\n".join(_section(config, program) for program in programs)


def _section(config: Config, program: Program) -> str:
    environment = ",".join(f"{key}={_quoted(value)}" for key, value in sorted(program.env.items()))
    lines = [
        f"[program:{program.name}]",
        "command=" + " ".join(_quoted(part) for part in program.command),
        f"directory={_plain(program.folder)}",
        f"environment={environment}",
        "autostart=false",
        "autorestart=true",
        "startsecs=1",
        "startretries=1000",
        f"stopsignal={program.stop_signal}",
        f"stopwaitsecs={program.stop_seconds}",
        f"stopasgroup={str(program.group_stop).lower()}",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_plain(config.logs / program.name)}.log",
        "stdout_logfile_maxbytes=20MB",
        "stdout_logfile_backups=1",
    ]
    if program.user is not None:
        lines.append(f"user={program.user}")
    return "\n".join(lines) + "\n"


def _plain(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _plain(escaped) + '"'


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=90)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        del host
        return _UnixConnection(self._path)


class Supervisor:
    """Commands to the supervisor of one instance; each may raise `DevError`."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def is_running(self) -> bool:
        """Whether it answers."""
        try:
            self._call("getState")
        except DevError:
            return False
        return True

    def launch(self) -> None:
        """Start the supervisor itself, with no program running yet."""
        log = self._config.logs / "supervisor-start.log"
        with log.open("w") as out:
            done = subprocess.run(
                [
                    self._config.python,
                    "-m",
                    "supervisor.supervisord",
                    "-c",
                    settings_path(self._config),
                ],
                cwd=self._config.run,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=30,
                check=False,
            )
        if done.returncode != 0:
            raise DevError(f"The supervisor did not start: {log.read_text().strip()[-300:]}")
        deadline = time.monotonic() + 10
        while not self.is_running():
            if time.monotonic() > deadline:
                raise DevError(f"The supervisor does not answer; see {self._config.logs}.")
            time.sleep(0.05)
        session_path(self._config).write_text(str(self._call("getPID")))

    def update(self) -> None:
        """Take in changed files: programs that changed or went are stopped and made anew."""
        added, changed, removed = cast("list[list[list[str]]]", self._call("reloadConfig"))[0]
        for name in (*removed, *changed):
            self.stop(name)
            self._call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("addProcessGroup", name)

    def start(self, name: str, *, wait: bool = False) -> None:
        """Start one program; no error if it runs."""
        self._ignoring("ALREADY_STARTED", "startProcess", name, wait)

    def stop(self, name: str, *, wait: bool = True) -> None:
        """Stop one program within its bound; no error if it is not running."""
        self._ignoring("NOT_RUNNING", "stopProcess", name, wait)

    def states(self) -> dict[str, ProgramState]:
        """All programs by name."""
        rows = cast("list[dict[str, Any]]", self._call("getAllProcessInfo"))
        return {
            str(row["name"]): ProgramState(
                name=str(row["name"]),
                state=str(row["statename"]).lower(),
                pid=int(row["pid"]),
                started=int(row["start"]),
                message=str(row["spawnerr"] or row["description"]),
            )
            for row in rows
        }

    def shutdown(self) -> None:
        """Ask it to end, after every program was stopped; returns at once.

        It takes a second for each program it still knows, so it has to forget them first.
        """
        for name in self.states():
            self._call("removeProcessGroup", name)
        self._call("shutdown")

    def _ignoring(self, fault: str, method: str, *arguments: object) -> None:
        try:
            self._call(method, *arguments)
        except DevError as error:
            if fault not in str(error):
                raise

    def _call(self, method: str, *arguments: object) -> object:
        transport = _UnixTransport(str(socket_path(self._config)))
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        try:
            return cast("object", getattr(proxy.supervisor, method)(*arguments))
        except xmlrpc.client.Fault as fault:
            raise DevError(f"Supervisor, {method}: {fault.faultString}") from None
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise DevError(f"The supervisor does not answer: {error}") from None
