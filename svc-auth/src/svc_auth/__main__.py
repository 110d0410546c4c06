"""`python -m svc_auth` serves; `python -m svc_auth rotate-keys` adds a signing key for later."""

import sys

from nexync_runtime import lifecycle
from nexync_runtime.settings import load
from svc_auth.app import build, rotate_keys
from svc_auth.settings import AuthSettings, RotationSettings


def main() -> None:
    """Read the settings and serve until SIGTERM, or do what is asked for and exit."""
    if sys.argv[1:] == ["rotate-keys"]:
        raise SystemExit(rotate_keys(load(RotationSettings)))
    if sys.argv[1:]:
        raise SystemExit(f"unknown: {' '.join(sys.argv[1:])}; there is `rotate-keys`")
    settings = load(AuthSettings)
    lifecycle.run("svc-auth", settings, lambda life: build(life, settings))


if __name__ == "__main__":
    main()
