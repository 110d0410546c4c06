"""Runs all of Nexync on one machine, with real backends.

`environment` gives tests and tools the addresses of a running instance.
"""

from nexync_dev.config import Config, environment

__all__ = ["Config", "environment"]
