"""`python -m svc_mailer`."""

from nexync_runtime import lifecycle
from nexync_runtime.settings import load
from svc_mailer.app import build
from svc_mailer.settings import MailerSettings


def main() -> None:
    """Read the settings and work until SIGTERM."""
    settings = load(MailerSettings)
    lifecycle.run("svc-mailer", settings, lambda life: build(life, settings))


if __name__ == "__main__":
    main()
