"""Typed settings from the environment: all problems named at once, before anything starts."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Literal, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

PREFIX = "NEXYNC_"

Port = Annotated[int, Field(ge=1, le=65_535)]
Url = Annotated[
    str, StringConstraints(min_length=3, max_length=500, pattern=r"^[a-z][a-z0-9+]*://")
]


class SettingsError(Exception):
    """Settings are wrong or missing; the message has one line a problem."""


class Settings(BaseModel):
    """What every service reads. A field `x_y` comes from `NEXYNC_X_Y`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Literal["development", "production"] = "production"
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    instance: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,63}$")] = "one"
    host: str = "0.0.0.0"  # noqa: S104 - in a pod the service is reached from outside; one machine sets 127.0.0.1
    admin_port: Port
    grace_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    """From SIGTERM to exit; a pod's terminationGracePeriodSeconds must be longer."""


AnySettings = TypeVar("AnySettings", bound=Settings)


def parse(kind: type[AnySettings], environment: Mapping[str, str]) -> AnySettings:
    """Settings of `kind` from a mapping. Raises SettingsError that names every wrong or missing variable."""
    values: dict[str, str] = {}
    for name in kind.model_fields:
        value = environment.get(PREFIX + name.upper())
        if value is not None and value != "":
            values[name] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{str(problem['loc'][0]).upper() if problem['loc'] else '*'}: "
            + ("is missing" if problem["type"] == "missing" else problem["msg"])
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("\n".join(lines)) from None


def load(kind: type[AnySettings]) -> AnySettings:
    """Settings from the process's environment, or exit code 2 with one line a problem on stderr."""
    try:
        return parse(kind, os.environ)
    except SettingsError as error:
        _refuse(str(error))


def _refuse(text: str) -> NoReturn:
    sys.stderr.write("settings are wrong:\n" + "".join(f"  {x}\n" for x in text.splitlines()))
    raise SystemExit(2)
