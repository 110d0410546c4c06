"""Run svc-chat."""

from nexync_runtime import lifecycle, settings
from svc_chat.app import build
from svc_chat.settings import ChatSettings


def main() -> None:
    """Load the settings and run until told to stop."""
    loaded = settings.load(ChatSettings)
    lifecycle.run("svc-chat", loaded, lambda life: build(life, loaded))


if __name__ == "__main__":
    main()
