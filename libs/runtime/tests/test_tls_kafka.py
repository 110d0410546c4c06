"""SASL over TLS to a real Kafka, with the settings that the services read."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from nexync_runtime.kafka import Producer
from nexync_runtime.settings import Cluster, KafkaSettings, parse
from nexync_runtime.waiting import NotThereError

pytestmark = pytest.mark.real

PASSWORD = "a password of 32 letters or more"
MECHANISM = "SCRAM-SHA-512"


@dataclass(frozen=True)
class Broker:
    """One that lets nobody in without TLS and a password."""

    port: int
    bundle: Path

    def cluster(
        self, *, host: str = "127.0.0.1", bundle: Path | None = None, password: str = PASSWORD
    ) -> Cluster:
        """What a service makes of its environment."""
        environment = {
            "NEXYNC_ADMIN_PORT": "9090",
            "NEXYNC_KAFKA_BOOTSTRAP": f"{host}:{self.port}",
            "NEXYNC_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "NEXYNC_KAFKA_SASL_MECHANISM": MECHANISM,
            "NEXYNC_KAFKA_SASL_USERNAME": "nexync",
            "NEXYNC_KAFKA_SASL_PASSWORD": password,
            "NEXYNC_CA_FILE": str(bundle or self.bundle),
        }
        return parse(KafkaSettings, environment).cluster


def free_ports(count: int) -> list[int]:
    """Ports that nobody has at this moment."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def settings_of(folder: Path, ports: list[int], keystore: Path) -> Path:
    """A broker and controller in one, whose clients' listener is SASL_SSL."""
    outside, inside, controller = ports
    values = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"SASL_SSL://127.0.0.1:{outside},PLAINTEXT://127.0.0.1:{inside},"
        f"CONTROLLER://127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": MECHANISM,
        f"listener.name.sasl_ssl.{MECHANISM.lower()}.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
        "log.dirs": str(folder / "data"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "log.cleaner.dedupe.buffer.size": "16777216",
    }
    file = folder / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return file


@pytest.fixture(scope="module")
def java() -> list[str]:
    """The command that runs a class of the broker which the development instance uses."""
    root = Path(os.environ["NEXYNC_ROOT"])
    found = shutil.which("java")
    if found is None:
        pytest.fail("java is not installed")
    logging = f"-Dlog4j.configuration=file:{root / 'dev' / 'kafka' / 'log4j.properties'}"
    classes = f"{root / '.nexync' / 'tools' / 'kafka'}/*"
    return [found, "-Xmx256m", "-XX:+UseSerialGC", logging, "-cp", classes]


@pytest.fixture(scope="module")
def broker(
    java: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    make_certificate: Callable[[Path], tuple[Path, Path]],
) -> Iterator[Broker]:
    """Formatted, started, and ended afterwards."""
    folder = tmp_path_factory.mktemp("kafka")
    certificate, key = make_certificate(folder)
    keystore = folder / "keystore.pem"
    keystore.write_text(key.read_text() + certificate.read_text())
    ports = free_ports(3)
    settings = settings_of(folder, ports, keystore)
    user = f"{MECHANISM}=[name=nexync,password={PASSWORD}]"
    format_it = ["kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg"]
    with (folder / "log").open("wb") as log:
        subprocess.run(
            [*java, *format_it, "-c", str(settings), "--add-scram", user],
            check=True,
            timeout=60,
            stdout=log,
            stderr=log,
        )
        process = subprocess.Popen([*java, "kafka.Kafka", str(settings)], stdout=log, stderr=log)
    try:
        wait_for_topic(Broker(ports[0], certificate), process)
        yield Broker(ports[0], certificate)
    finally:
        process.terminate()
        process.wait(30)


def wait_for_topic(broker: Broker, process: subprocess.Popen[bytes]) -> None:
    """Until the broker takes one; each try is bounded by its timeout."""
    # Any: the futures in the client's annotations have no type arguments.
    admin: Any = AdminClient({**broker.cluster(), "log_level": 0})
    said = ""
    for _ in range(30):
        if process.poll() is not None:
            break
        made = admin.create_topics([NewTopic("tls", 1, 1)], request_timeout=2.0)["tls"]
        try:
            made.result(3.0)
        except (KafkaException, TimeoutError) as error:
            said = str(error)
            # A try before this one may have been answered too late.
            if "TOPIC_ALREADY_EXISTS" not in said:
                continue
        return
    pytest.fail(f"Kafka did not start: {said}")


def raised(error: Exception) -> None:
    """Nothing here ends a producer."""
    raise error


async def test_a_record_goes_in_and_comes_out(broker: Broker) -> None:
    """By the producer that the services use."""
    producer = Producer(broker.cluster(), client_id="tls", on_fatal=raised)
    delivered: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
    try:
        await producer.answers("tls")
        producer.produce("tls", 0, b"key", b"value", delivered.set_result)
        assert await asyncio.wait_for(delivered, 20) is None
    finally:
        producer.close()
    consumer = Consumer({**broker.cluster(), "group.id": "tls", "log_level": 0})
    try:
        consumer.assign([TopicPartition("tls", 0, 0)])
        found = await asyncio.to_thread(consumer.poll, 20.0)
        assert found is not None
        assert found.value() == b"value"
    finally:
        consumer.close()


@pytest.mark.parametrize("wrong", ["bundle", "name", "password"])
async def test_what_is_wrong_is_said_and_nobody_gets_in(
    broker: Broker,
    wrong: str,
    tmp_path: Path,
    make_certificate: Callable[[Path], tuple[Path, Path]],
) -> None:
    """A stranger's certificate, another host's, or a wrong password."""
    (tmp_path / "other").mkdir()
    other, _ = make_certificate(tmp_path / "other")
    cluster = {
        "bundle": broker.cluster(bundle=other),
        "name": broker.cluster(host="localhost"),
        "password": broker.cluster(password="another"),
    }[wrong]
    producer = Producer(cluster, client_id="tls", on_fatal=raised)
    try:
        with pytest.raises(NotThereError, match=r"uthentication failed|certificate verify failed"):
            await producer.answers("tls")
    finally:
        producer.close()
