"""`python -m svc_auth`."""

from nexync_runtime import lifecycle
from nexync_runtime.settings import load
from svc_auth.app import build
from svc_auth.settings import AuthSettings


def main() -> None:
    """Read the settings and serve until SIGTERM."""
    settings = load(AuthSettings)
    lifecycle.run("svc-auth", settings, lambda life: build(life, settings))


if __name__ == "__main__":
    main()
