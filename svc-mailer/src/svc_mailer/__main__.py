"""`python -m svc_mailer` does jobs; `… preview [folder]` writes mails to look at; `… dead list` is about dead jobs."""

import argparse
import sys
from pathlib import Path

from nexync_runtime import lifecycle
from nexync_runtime.settings import load
from svc_mailer import dead
from svc_mailer.app import build
from svc_mailer.preview import write
from svc_mailer.settings import MailerSettings


def main() -> None:
    """Read the settings and work until SIGTERM."""
    if sys.argv[1:2] == ["preview"]:
        parser = argparse.ArgumentParser(
            "svc_mailer preview", description="Write every mail as a file."
        )
        parser.add_argument("folder", type=Path, nargs="?", default=Path("mails"))
        files = write(parser.parse_args(sys.argv[2:]).folder)
        sys.stdout.writelines(f"{path}\n" for path in files)
        return
    settings = load(MailerSettings)
    if sys.argv[1:2] == ["dead"]:
        sys.exit(dead.run(sys.argv[2:], url=settings.rabbitmq_url, ca_file=settings.ca_file))
    lifecycle.run("svc-mailer", settings, lambda life: build(life, settings))


if __name__ == "__main__":
    main()
