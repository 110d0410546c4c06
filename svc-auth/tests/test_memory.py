"""What the service doesn't hold while nobody asks for it."""

import subprocess
import sys
from typing import Final

RARELY_USED: Final = ("authlib", "httpx2", "webauthn", "zxcvbn")
"""20 MB together: for providers, for passkeys, and lists of which one is enough."""


def test_what_few_ask_for_is_not_loaded_at_the_start() -> None:
    """In a process of its own: other tests of this one have loaded all of it."""
    code = f"import sys, svc_auth.app; print(*(one for one in {RARELY_USED} if one in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == []
