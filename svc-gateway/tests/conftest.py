"""Makes the fakes beside the tests importable (test folders are no packages); whole gateways run on both ways out."""

import sys
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import gateway_world


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What a gateway does is the same whether its sockets write by their transports or past them."""
    if gateway_world.Running in vars(cast("ModuleType", metafunc.module)).values():  # pyright: ignore[reportUnknownMemberType]
        metafunc.fixturenames.append("way_out")
        metafunc.parametrize("way_out", ["transport", "past"], indirect=True)


@pytest.fixture
def way_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """See above."""
    monkeypatch.setattr(gateway_world, "PAST_TRANSPORTS", [request.param == "past"])
    return str(request.param)
