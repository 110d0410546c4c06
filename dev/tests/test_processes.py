"""A port in use is explained: which, by whom, and what to set. A killed program leaves nothing behind."""

import socket
import subprocess
import sys

import psutil
import pytest

from nexync_dev.config import Config
from nexync_dev.errors import DevError
from nexync_dev.processes import check_free, kill


def test_a_port_in_use_is_named_with_its_variable_and_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        config = Config.read({"NEXYNC_PORT_REDIS_STATE": str(port)})
        with pytest.raises(DevError) as caught:
            check_free(config, ["redis-state"], patience=0)
    line = str(caught.value)
    assert line.startswith(f"Port {port} (redis-state) is in use")
    assert "set NEXYNC_PORT_REDIS_STATE to a free port" in line
    assert "\n" not in line


def test_a_free_port_is_no_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    check_free(Config.read({"NEXYNC_PORT_EDGE": str(port)}), ["edge"], patience=0)


def test_a_killed_program_and_its_children_are_gone() -> None:
    """Whatever they do with other signals."""
    child = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        members = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
        assert len(members) == 2
        kill(process.pid)
        process.wait(10)
        assert not [one for one in members if one.is_running()]
    kill(process.pid)
