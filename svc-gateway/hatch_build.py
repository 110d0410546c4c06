"""Builds the gateway's one native function when the package is installed or put into a wheel.

Without a C compiler the package is as good, and slower: the gateway then writes through its event loop alone and
says so once. NEXYNC_NATIVE=required makes a missing compiler an error; images are built with it.
"""

import os
import platform
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SOURCE = "native/sendmany.c"
_LIBRARY = "src/svc_gateway/adapters/sendmany.so"
_FLAGS = (
    "-std=gnu11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-shared",
    "-Wl,-z,relro,-z,now",
    "-fPIC",
    "-fvisibility=default",
)
_SECONDS = 120


class NativeHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument] - generic over a configuration that isn't used
    """Compiles before the package's files are gathered."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the library beside its loader. Raises RuntimeError where it is required and can't be built."""
        del version
        problem = _compiled(Path(self.root))
        if problem is None:
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-linux_{platform.machine()}"
            build_data["artifacts"].append(_LIBRARY)
        elif os.environ.get("NEXYNC_NATIVE") == "required":
            raise RuntimeError(problem)
        else:
            self.app.display_warning(f"svc-gateway without its native function: {problem}")


def _compiled(root: Path) -> str | None:
    """Why there is no library, None if there is one."""
    library = root / _LIBRARY
    library.unlink(missing_ok=True)
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if not sys.platform.startswith("linux"):
        return "only Linux has what it is made of"
    if shutil.which(compiler[0]) is None:
        return f"there is no C compiler ({compiler[0]})"
    command = [*compiler, *_FLAGS, "-o", str(library), str(root / _SOURCE)]
    done = subprocess.run(  # noqa: S603 - the machine's own compiler
        command, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return None if done.returncode == 0 else f"{shlex.join(command)}: {done.stderr.strip()}"
