"""`python -m svc_gateway`."""

from nexync_runtime.lifecycle import Lifecycle, run
from nexync_runtime.settings import load
from svc_gateway.app import build
from svc_gateway.settings import GatewaySettings


def main() -> None:
    """Read the settings, run until told to stop."""
    settings = load(GatewaySettings)

    async def built(life: Lifecycle) -> None:
        await build(life, settings)

    run("svc-gateway", settings, built)


if __name__ == "__main__":
    main()
