"""Start the persister: `python -m svc_persister`."""

from nexync_runtime import lifecycle, settings
from svc_persister.app import build
from svc_persister.settings import PersisterSettings

if __name__ == "__main__":
    lifecycle.run("svc-persister", settings.load(PersisterSettings), build)
