"""uvicorn inside our lifecycle: it neither takes the signals nor ends the process."""

import contextlib
import socket
from collections.abc import Generator

import uvicorn


class PortInUseError(Exception):
    """The port that a service should listen on is taken or not allowed."""


class BoundServer(uvicorn.Server):
    """A uvicorn server whose signals belong to the lifecycle."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket's address, taken now. Raises PortInUseError naming the address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        msg = f"cannot listen on {host}:{port}: {error.strerror}"
        raise PortInUseError(msg) from None
    bound.settimeout(0)
    return bound
