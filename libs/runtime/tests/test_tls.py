"""TLS to a real Redis: the bundle alone decides whom we trust, and the name is checked."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nexync_runtime.rabbit import Publisher, PublishError
from nexync_runtime.redis_client import open_redis, reachable

pytestmark = pytest.mark.real


@dataclass(frozen=True)
class Server:
    """A Redis that speaks TLS alone, and the certificate it shows, which is its own authority."""

    port: int
    bundle: Path


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = folder / "tls.crt", folder / "tls.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """Redis on a port of its own, ended afterwards."""
    command = shutil.which("redis-server")
    if command is None:
        pytest.fail("redis-server is not installed")
    certificate, key = _certificate(tmp_path)
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


async def test_a_stranger_is_not_trusted(server: Server, tmp_path: Path) -> None:
    """A server of another authority is as good as away."""
    (tmp_path / "other").mkdir()
    other, _ = _certificate(tmp_path / "other")
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
