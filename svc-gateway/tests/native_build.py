"""Compiles the native function as the installation does, so that tests depend on no installation."""

import functools
import runpy
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

import pytest

from svc_gateway.adapters import sending

PACKAGE: Final = Path(__file__).parents[1]
LIBRARY: Final = "src/svc_gateway/adapters/sendmany.so"
compiled = cast(
    "Callable[[Path], str | None]", runpy.run_path(str(PACKAGE / "hatch_build.py"))["_compiled"]
)


def copied(folder: Path) -> Path:
    """What is compiled, with an old library in its place."""
    shutil.copytree(PACKAGE / "native", folder / "native")
    library = folder / LIBRARY
    library.parent.mkdir(parents=True)
    library.write_bytes(b"old")
    return folder


@functools.cache
def native() -> sending.NativeSending:
    """The function; a test that needs it is skipped where there is no compiler."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        package = copied(Path(folder))
        assert compiled(package) is None
        found = sending.load(package / LIBRARY)
    assert found is not None
    return found
