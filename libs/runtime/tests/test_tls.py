"""TLS to a real Redis: the bundle alone decides whom we trust, and the name is checked."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from nexync_runtime.rabbit import Publisher, PublishError
from nexync_runtime.redis_client import open_redis, reachable

pytestmark = pytest.mark.real

CertificateMaker = Callable[[Path], tuple[Path, Path]]


@dataclass(frozen=True)
class Server:
    """A Redis that speaks TLS alone, and the certificate it shows, which is its own authority."""

    port: int
    bundle: Path


@pytest.fixture
async def server(tmp_path: Path, make_certificate: CertificateMaker) -> AsyncIterator[Server]:
    """Redis on a port of its own, ended afterwards."""
    command = shutil.which("redis-server")
    if command is None:
        pytest.fail("redis-server is not installed")
    certificate, key = make_certificate(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    arguments = [command, "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1"]
    arguments += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    arguments += ["--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no"]
    arguments += ["--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - returns at once
    try:
        await _listening(port)
        yield Server(port, certificate)
    finally:
        process.terminate()
        process.wait(10)


async def _listening(port: int) -> None:
    tick = asyncio.Event()
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(tick.wait(), 0.05)
        else:
            writer.close()
            return
    pytest.fail("Redis did not start")


async def test_the_bundle_is_trusted(server: Server) -> None:
    """With the authority's certificate the connection stands."""
    client = open_redis(f"rediss://127.0.0.1:{server.port}/0", ca_file=server.bundle)
    try:
        assert await reachable(client) is None
    finally:
        await client.aclose()


async def test_a_stranger_is_not_trusted(
    server: Server, tmp_path: Path, make_certificate: CertificateMaker
) -> None:
    """A server of another authority is as good as away."""
    (tmp_path / "other").mkdir()
    other, _ = make_certificate(tmp_path / "other")
    client = open_redis(f"rediss://127.0.0.1:{server.port}/0", ca_file=other)
    try:
        assert await reachable(client) == "redis: ConnectionError"
    finally:
        await client.aclose()


async def test_another_name_is_not_trusted(server: Server) -> None:
    """A good certificate for another host is none for this one."""
    client = open_redis(f"rediss://localhost:{server.port}/0", ca_file=server.bundle)
    try:
        assert await reachable(client) == "redis: ConnectionError"
    finally:
        await client.aclose()


async def test_rabbitmq_checks_the_name_too(server: Server) -> None:
    """pika by itself would take any certificate that the authority signed; ours asks for the host's."""
    publisher = Publisher(f"amqps://localhost:{server.port}/", ca_file=server.bundle)
    publisher.start()
    try:
        with pytest.raises(PublishError):
            await publisher.publish("q", "1", b"{}", timeout=1.0)
        assert publisher.reachable() == f"rabbitmq: {ssl.SSLCertVerificationError.__name__}"
    finally:
        await publisher.close()
