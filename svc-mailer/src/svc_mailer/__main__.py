"""`python -m svc_mailer` sends mails; `python -m svc_mailer preview [folder]` writes them to look at."""

import sys
from pathlib import Path

from nexync_runtime import lifecycle
from nexync_runtime.settings import load
from svc_mailer.app import build
from svc_mailer.preview import write
from svc_mailer.settings import MailerSettings


def main() -> None:
    """Read the settings and work until SIGTERM."""
    if sys.argv[1:2] == ["preview"]:
        files = write(Path(*sys.argv[2:3] or ["mails"]))
        sys.stdout.writelines(f"{path}\n" for path in files)
        return
    settings = load(MailerSettings)
    lifecycle.run("svc-mailer", settings, lambda life: build(life, settings))


if __name__ == "__main__":
    main()
