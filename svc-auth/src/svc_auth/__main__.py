"""`python -m svc_auth` serves; `rotate-keys` adds a signing key for later; `admin` says who is an administrator."""

import sys

from nexync_runtime import lifecycle
from nexync_runtime.settings import load
from svc_auth import ctl
from svc_auth.app import build
from svc_auth.keys_ctl import rotate_keys
from svc_auth.settings import AdminSettings, AuthSettings, RotationSettings


def main() -> None:
    """Read the settings and serve until SIGTERM, or do what is asked for and exit."""
    if sys.argv[1:] == ["rotate-keys"]:
        raise SystemExit(rotate_keys(load(RotationSettings)))
    if sys.argv[1:2] == ["admin"]:
        raise SystemExit(ctl.run(load(AdminSettings), sys.argv[2:]))
    if sys.argv[1:]:
        unknown = " ".join(sys.argv[1:])
        raise SystemExit(f"unknown: {unknown}; there are `rotate-keys` and `admin`")
    settings = load(AuthSettings)
    lifecycle.run("svc-auth", settings, lambda life: build(life, settings))


if __name__ == "__main__":
    main()
