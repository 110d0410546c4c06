"""Ports and folders follow the environment, and mistakes in it are named."""

from pathlib import Path

import pytest

from nexync_dev.config import DEFAULT_PORTS, Config, addresses, environment
from nexync_dev.errors import DevError

ROOT = Path("/somewhere/nexync")


def test_without_settings_the_ports_are_the_documented_ones() -> None:
    config = Config.read({}, ROOT)
    assert config.ports == DEFAULT_PORTS
    assert config.state == ROOT / ".nexync"


def test_an_offset_makes_an_instance_of_its_own() -> None:
    """Two instances side by side share neither a port nor a folder."""
    first = Config.read({}, ROOT)
    second = Config.read({"NEXYNC_PORT_BASE_OFFSET": "4000"}, ROOT)
    assert not set(first.ports.values()) & set(second.ports.values())
    assert second.ports["edge"] == 12080
    assert second.state == ROOT / ".nexync-4000"
    assert first.identity != second.identity
    assert first.tools == second.tools


def test_one_port_and_the_state_folder_can_be_set() -> None:
    values = {
        "NEXYNC_PORT_GATEWAY_1": "9001",
        "NEXYNC_PORT_BASE_OFFSET": "10",
        "NEXYNC_STATE": "/data/x",
    }
    config = Config.read(values, ROOT)
    assert config.ports["gateway-1"] == 9001
    assert config.ports["gateway-2"] == DEFAULT_PORTS["gateway-2"] + 10
    assert config.state == Path("/data/x")


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"NEXYNC_PORT_EDGE": "http"}, "NEXYNC_PORT_EDGE must be a whole number, not 'http'"),
        ({"NEXYNC_PORT_EDGE": "70000"}, "NEXYNC_PORT_EDGE: 70000 is not a port"),
        ({"NEXYNC_PORT_EDGE": "15432"}, "postgres and edge would both use port 15432"),
    ],
)
def test_a_wrong_port_is_named(values: dict[str, str], part: str) -> None:
    with pytest.raises(DevError, match=part):
        Config.read(values, ROOT)


def test_the_settings_of_services_carry_the_ports() -> None:
    config = Config.read({"NEXYNC_PORT_POSTGRES": "5999", "NEXYNC_PORT_EDGE": "81"}, ROOT)
    settings = environment(config)
    assert settings["NEXYNC_POSTGRES_URL"] == "postgresql://nexync@127.0.0.1:5999/nexync"
    assert settings["NEXYNC_PUBLIC_ORIGINS"] == "http://127.0.0.1:81,http://localhost:81"
    assert addresses(config)["NEXYNC_PAGE"] == "http://127.0.0.1:81"
