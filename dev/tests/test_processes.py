"""A port in use is explained: which, by whom, and what to set."""

import socket

import pytest

from nexync_dev.config import Config
from nexync_dev.errors import DevError
from nexync_dev.processes import check_free


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
