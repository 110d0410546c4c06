"""The real backends: what each needs before its first start and how it is started."""

import base64
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from nexync_dev import commands, places
from nexync_dev.config import HOST, Config
from nexync_dev.errors import DevError
from nexync_dev.places import Place
from nexync_dev.programs import Program, accepts, answers, succeeds
from nexync_dev.steps import Steps


def prepare(config: Config, place: Place, steps: Steps) -> None:
    """Fetch tools and make data folders; a step whose work is done already is not shown."""
    for title, needed, work in (
        ("Fetch Kafka", not _kafka_fetched(config), _fetch_kafka),
        ("Fetch the mail inbox", not _mail_fetched(config), _fetch_mail),
    ):
        if needed:
            with steps.step(title):
                work(config)
    if not (place.folder / "postgres" / "PG_VERSION").exists():
        with steps.step("Make the PostgreSQL data folder"):
            _make_postgres(config, place)
    if not (config.state / "kafka" / "data" / "meta.properties").exists():
        with steps.step("Format the Kafka log"):
            _format_kafka(config)
    for folder in ("redis-state", "redis-cache", "mail"):
        (config.state / folder).mkdir(exist_ok=True)


def programs(config: Config, place: Place) -> Iterator[Program]:
    """All backends, in the order in which they are started."""
    yield _postgres(config, place)
    yield _redis(config, "redis-state", memory="512mb", policy="noeviction")
    yield _redis(config, "redis-cache", memory="128mb", policy="allkeys-lru")
    yield _epmd(config, place)
    yield _rabbitmq(config, place)
    yield _kafka(config)
    yield _mail(config)


def _postgres_tool(name: str) -> Path:
    return commands.find(name, f"/usr/lib/postgresql/*/bin/{name}", package="postgresql")


def _make_postgres(config: Config, place: Place) -> None:
    data = place.folder / "postgres"
    fresh = places.give(place, place.folder / "postgres.new")
    shutil.rmtree(fresh)
    log = config.logs / "initdb.log"
    home = {"HOME": str(place.folder)}
    commands.run(
        [
            _postgres_tool("initdb"),
            "-D",
            fresh,
            "-U",
            "nexync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ],
        log=log,
        timeout=120,
        cwd=place.folder,
        env=home,
        user=place.user,
    )
    commands.run(
        [_postgres_tool("postgres"), "--single", "-D", fresh, "postgres"],
        log=log,
        timeout=60,
        cwd=place.folder,
        env=home,
        user=place.user,
        text="CREATE DATABASE nexync;\n",
    )
    fresh.rename(data)


def _postgres(config: Config, place: Place) -> Program:
    data = place.folder / "postgres"
    server = _postgres_tool("postgres")
    made_by = (data / "PG_VERSION").read_text().strip()
    parts = server.parts
    if "postgresql" in parts and made_by != parts[parts.index("postgresql") + 1]:
        raise DevError(
            f"{data} was made by PostgreSQL {made_by}, but {server} is another version; "
            f"install postgresql-{made_by}, or run the verb `wipe` to start with empty data."
        )
    port = config.ports["postgres"]
    options = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
    }
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    return Program(
        name="postgres",
        command=(str(server), "-D", str(data), *settings),
        ports=("postgres",),
        ready=succeeds(
            *(_postgres_tool("pg_isready"), "-q", "-h", HOST, "-p", str(port), "-d", "nexync")
        ),
        folder=place.folder,
        env={"HOME": str(place.folder), "LANG": "C.UTF-8"},
        user=place.user,
        stop_signal="INT",
        stop_seconds=30,
    )


def _redis(config: Config, name: str, *, memory: str, policy: str) -> Program:
    server = commands.find("redis-server", package="redis-server")
    port = config.ports[name]
    return Program(
        name=name,
        command=(
            str(server),
            "--port",
            str(port),
            "--bind",
            HOST,
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
            "--always-show-logo",
            "no",
            "--maxmemory",
            memory,
            "--maxmemory-policy",
            policy,
        ),
        ports=(name,),
        ready=accepts(port, b"PING\r\n", b"+PONG"),
        folder=config.state / name,
    )


def _erlang(config: Config, place: Place) -> dict[str, str]:
    return {
        "HOME": str(place.folder / "rabbitmq"),
        "ERL_EPMD_PORT": str(config.ports["epmd"]),
        "ERL_EPMD_ADDRESS": HOST,
        "LANG": "C.UTF-8",
    }


def _epmd(config: Config, place: Place) -> Program:
    port = config.ports["epmd"]
    return Program(
        name="epmd",
        command=(str(commands.find("epmd", package="rabbitmq-server")), "-port", str(port)),
        ports=("epmd",),
        ready=accepts(port),
        folder=places.give(place, place.folder / "rabbitmq"),
        env=_erlang(config, place),
        user=place.user,
        stop_signal="KILL",
    )


def _rabbitmq(config: Config, place: Place) -> Program:
    folder = places.give(place, place.folder / "rabbitmq")
    server = commands.find(
        "rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server", package="rabbitmq-server"
    )
    port = config.ports["rabbitmq"]
    settings = folder / "rabbitmq.conf"
    settings.write_text(
        f"listeners.tcp.1 = {HOST}:{port}\n"
        "default_user = nexync\n"
        "default_pass = nexync\n"
        "disk_free_limit.absolute = 200MB\n"
        "vm_memory_high_watermark.absolute = 256MB\n"
        "log.console = true\n"
        "log.console.level = warning\n"
        "log.file = false\n"
    )
    (folder / "enabled_plugins").write_text("[].\n")
    (folder / "environment.conf").write_text("")
    for file in folder.glob("e*"), [settings]:
        for path in file:
            path.chmod(0o644)
    return Program(
        name="rabbitmq",
        command=(str(server),),
        ports=("rabbitmq", "rabbitmq-dist"),
        ready=accepts(port, b"AMQP\x00\x00\x09\x01", b"RabbitMQ"),
        folder=folder,
        env=_erlang(config, place)
        | {
            "RUNNING_UNDER_SYSTEMD": "1",
            "RABBITMQ_NODENAME": f"nexync{port}@localhost",
            "RABBITMQ_DIST_PORT": str(config.ports["rabbitmq-dist"]),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} "
                "+sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        },
        user=place.user,
        stop_seconds=30,
        start_seconds=180,
    )


def _kafka_sources(config: Config) -> Path:
    return config.root / "dev" / "kafka"


def _kafka_fetched(config: Config) -> bool:
    pom = commands.digest([_kafka_sources(config) / "pom.xml"])
    return commands.is_done(config.tools / "kafka.done", pom)


def _fetch_kafka(config: Config) -> None:
    pom = _kafka_sources(config) / "pom.xml"
    libraries = config.tools / "kafka"
    shutil.rmtree(libraries, ignore_errors=True)
    commands.run(
        [
            commands.find("mvn", package="maven"),
            "-q",
            "-B",
            "-f",
            pom,
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={libraries}",
        ],
        log=config.logs / "fetch-kafka.log",
        timeout=600,
    )
    commands.mark_done(config.tools / "kafka.done", commands.digest([pom]))


def _java(config: Config, *options: str) -> list[str]:
    java = commands.find("java", package="openjdk-17-jre-headless")
    logging = _kafka_sources(config) / "log4j.properties"
    return [
        *(str(java), *options, "-XX:+UseSerialGC", "-Djava.awt.headless=true"),
        *(f"-Dlog4j.configuration=file:{logging}", "-cp", f"{config.tools / 'kafka'}/*"),
    ]


def _kafka_settings(config: Config) -> Path:
    """Written anew at each call, so that an overridden port takes effect."""
    listener, controller = config.ports["kafka"], config.ports["kafka-controller"]
    folder = config.state / "kafka"
    folder.mkdir(exist_ok=True)
    settings = folder / "server.properties"
    settings.write_text(
        "process.roles=broker,controller\n"
        "node.id=1\n"
        f"controller.quorum.voters=1@{HOST}:{controller}\n"
        f"listeners=PLAINTEXT://{HOST}:{listener},CONTROLLER://{HOST}:{controller}\n"
        f"advertised.listeners=PLAINTEXT://{HOST}:{listener}\n"
        "controller.listener.names=CONTROLLER\n"
        "inter.broker.listener.name=PLAINTEXT\n"
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
        f"log.dirs={folder / 'data'}\n"
        "auto.create.topics.enable=false\n"
        "offsets.topic.replication.factor=1\n"
        "offsets.topic.num.partitions=4\n"
        "transaction.state.log.replication.factor=1\n"
        "transaction.state.log.min.isr=1\n"
        "transaction.state.log.num.partitions=4\n"
        "share.coordinator.state.topic.replication.factor=1\n"
        "share.coordinator.state.topic.min.isr=1\n"
        "group.initial.rebalance.delay.ms=0\n"
        "group.min.session.timeout.ms=1000\n"
        "log.cleaner.dedupe.buffer.size=16777216\n"
        "num.network.threads=2\n"
        "num.io.threads=4\n"
    )
    return settings


def _format_kafka(config: Config) -> None:
    data = config.state / "kafka" / "data"
    shutil.rmtree(data, ignore_errors=True)
    cluster = base64.urlsafe_b64encode(b"\x00" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
    commands.run(
        [
            *_java(config, "-Xmx128m"),
            "kafka.tools.StorageTool",
            "format",
            "-t",
            cluster,
            "-c",
            str(_kafka_settings(config)),
        ],
        log=config.logs / "format-kafka.log",
        timeout=60,
    )


def _kafka(config: Config) -> Program:
    settings = _kafka_settings(config)
    options = ("-Xms128m", "-Xmx320m", "-XX:+ExitOnOutOfMemoryError")
    return Program(
        name="kafka",
        command=(*_java(config, *options), "kafka.Kafka", str(settings)),
        ports=("kafka", "kafka-controller"),
        ready=accepts(config.ports["kafka"]),
        folder=config.state / "kafka",
        stop_seconds=30,
        start_seconds=60,
    )


def _mail_sources(config: Config) -> list[Path]:
    folder = config.root / "dev" / "mail"
    return [folder / name for name in ("package.json", "package-lock.json", ".npmrc")]


def _mail_fetched(config: Config) -> bool:
    return commands.is_done(config.tools / "mail.done", commands.digest(_mail_sources(config)))


def _fetch_mail(config: Config) -> None:
    folder = config.tools / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    for source in _mail_sources(config):
        shutil.copy(source, folder / source.name)
    commands.run(
        [commands.find("npm", package="npm"), "ci", "--omit=dev", "--ignore-scripts"],
        log=config.logs / "fetch-mail.log",
        timeout=600,
        cwd=folder,
    )
    commands.mark_done(config.tools / "mail.done", commands.digest(_mail_sources(config)))


def _mail(config: Config) -> Program:
    node = commands.find("node", package="nodejs")
    script = config.tools / "mail" / "node_modules" / "maildev" / "dist" / "bin" / "maildev.js"
    smtp, page = config.ports["smtp"], config.ports["mail"]
    return Program(
        name="mail",
        command=(
            str(node),
            str(script),
            "--ip",
            HOST,
            "--smtp",
            str(smtp),
            "--web-ip",
            HOST,
            "--web",
            str(page),
            "--max-emails",
            "2000",
            "--mail-directory",
            str(config.state / "mail"),
        ),
        ports=("mail", "smtp"),
        ready=answers(page, "/api/healthz"),
        folder=config.state / "mail",
        env={"HOME": os.environ.get("HOME", "/")},
    )
