"""Settings of `python -m nexync_operator run`, from the environment. Nothing else here reads it."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from nexync_runtime.settings import Port, Settings

_NAMESPACE: Final = re.compile(r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")


def _names(value: object) -> object:
    if not isinstance(value, str):
        return value
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    for name in names:
        if not _NAMESPACE.match(name):
            msg = f"{name!r} is not the name of a namespace"
            raise ValueError(msg)
    return names


class OperatorSettings(Settings):
    """A field `x_y` comes from `NEXYNC_X_Y`."""

    admin_port: Port = 9090
    watch_namespaces: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    """Comma separated; empty means all namespaces, which needs a ClusterRole."""
    resync_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """How often each resource is compared with the world although nobody changed it."""
    retry_max_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """The longest pause between two tries after failures; the first is one second, then doubled."""
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    """How many resources are reconciled at the same time, each in a thread."""
    delete_seconds: Annotated[float, Field(ge=1, le=600)] = 30.0
    """How long a deletion waits for a backend that doesn't answer before the resource is let go."""
