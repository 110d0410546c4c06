"""The composition root: builds everything, passes it on by name."""

import asyncio
import time
from typing import Final

from prometheus_client import REGISTRY

from nexync_runtime import log
from nexync_runtime.kafka import Producer
from nexync_runtime.lifecycle import Lifecycle
from nexync_runtime.limiting import Budget
from nexync_runtime.redis_client import open_redis, reachable
from nexync_runtime.tokens import BOTS_PATH, JWKS_PATH, BotTokens, Tokens, Verifier
from nexync_runtime.waiting import until_there
from svc_gateway import collecting
from svc_gateway.adapters import sending
from svc_gateway.adapters.commands import EarlyAckCommands, KafkaCommands
from svc_gateway.adapters.inside import (
    Inside,
    InsideChats,
    InsideSessions,
    VerifiedTokens,
    open_http,
)
from svc_gateway.adapters.listening import Listening
from svc_gateway.adapters.pubsub import RedisChannels
from svc_gateway.adapters.windows import RedisNotices, RedisSeen, RedisWindows
from svc_gateway.draining import Drain
from svc_gateway.entrances import Entrances
from svc_gateway.kit import Kit
from svc_gateway.metrics import Counts, CountsCollector
from svc_gateway.ports import Clock, CommandLog, SendMany
from svc_gateway.presence import Presence
from svc_gateway.settings import GatewaySettings
from svc_gateway.socket import Socket
from svc_gateway.tasks import Nursery
from svc_gateway.watching import Watch
from svc_gateway.wiring import Core, build_core

BACKLOG: Final = 2_048
TICK_SECONDS: Final = 1.0


async def build(life: Lifecycle, settings: GatewaySettings) -> None:
    """Build the gateway into its lifecycle."""
    loop = asyncio.get_running_loop()
    collecting.look_seldom()
    logger = log.get("gateway")
    counts = Counts()
    REGISTRY.register(CountsCollector(counts))
    nursery = Nursery()
    http = open_http()
    life.on_stop(http.aclose, "http")
    redis = open_redis(settings.redis_state_url, ca_file=settings.ca_file)
    life.on_stop(redis.aclose, "redis")
    producer = _producer(life, settings)
    await until_there(life, "kafka", lambda: producer.answers(settings.chat_topic))
    await until_there(life, "kafka receipts", lambda: producer.answers(settings.receipt_topic))
    commands = _commands(producer, settings)
    if settings.faults:
        logger.warning("planted faults are on", faults=sorted(settings.faults))
    auth = settings.auth_internal_url.rstrip("/")

    def receive(channel: bytes, payload: bytes) -> None:
        core.receiver.receive(channel, payload)

    def lost() -> None:
        core.recall.lost()
        watch.lost()

    def resubscribed() -> None:
        watch.resubscribed()
        logger.info("commands produced again", count=core.recall.replay(commands))

    channels = RedisChannels(
        settings.redis_state_url,
        on_message=receive,
        on_lost=lost,
        on_resubscribed=resubscribed,
        ca_file=settings.ca_file,
    )
    core = build_core(
        instance=settings.instance,
        origins=settings.origins,
        max_connections=settings.max_connections,
        max_age=settings.max_age_seconds,
        budget=Budget(settings.frames_per_second, settings.frames_burst),
        repair_off="repair_off" in settings.faults,
        channels=channels,
        windows=RedisWindows(redis),
        notices=RedisNotices(redis),
        chats=InsideChats(Inside(settings.chat_internal_url, http)),
        sessions=InsideSessions(Inside(settings.auth_internal_url, http)),
        tokens=VerifiedTokens(
            Tokens(Verifier(auth + JWKS_PATH, http), BotTokens(auth + BOTS_PATH, http))
        ),
        commands=commands,
        receipts=KafkaCommands(producer, settings.receipt_topic),
        clock=Clock(loop.time, lambda: time.time_ns() // 1_000_000),
        sleep=asyncio.sleep,
        spawn=nursery.spawn,
        call_soon=loop.call_soon,
        call_later=loop.call_later,
        send_many=_send_many(),
        descriptor_of=sending.descriptor_of,
        counts=counts,
    )
    watch = Watch(
        channels=channels,
        comparer=core.comparer,
        authority=core.authority,
        sleep=asyncio.sleep,
        counts=counts,
        off="repair_off" in settings.faults,
    )
    presence = Presence(
        people=core.people, seen=RedisSeen(redis), clock=core.kit.clock, sleep=asyncio.sleep
    )
    server = await loop.create_server(
        lambda: Socket(core.kit),
        settings.host,
        settings.port,
        backlog=BACKLOG,
        start_serving=False,
    )

    async def accept() -> None:
        await server.start_serving()
        logger.info("listening", host=settings.host, port=settings.port)
        await life.stopping.wait()

    life.task("nursery", nursery.run)
    life.task("pubsub", channels.run)
    life.task("ping", watch.ping_forever)
    life.task("restore", watch.restore_forever)
    life.task("compare", watch.compare_forever)
    life.task("keeper", lambda: _keep(core))
    life.task("presence", presence.beat_forever)
    life.task("marks", lambda: core.kit.marking.tick_forever(asyncio.sleep))
    if settings.edge_port:
        life.task("entrances", _entrances(core.kit, settings).watch_forever)
    life.task("accept", accept)
    life.on_drain(_drain(core.kit, commands, server, settings).run, "drain")
    life.ready_check("redis", lambda: reachable(redis))
    life.ready_check("pubsub", lambda: None if channels.connected else "not subscribed")


def _send_many() -> SendMany | None:
    found = sending.load()
    if found is None:
        words = "no native function for fan-out: the event loop writes to each socket alone"
        log.get("gateway").warning(words)
    return found


def _drain(
    kit: Kit, commands: CommandLog, server: asyncio.Server, settings: GatewaySettings
) -> Drain:
    return Drain(
        keeper=kit.keeper,
        admission=kit.admission,
        log=commands,
        flusher=kit.flusher,
        sleep=asyncio.sleep,
        clock=kit.clock,
        last_marks=kit.marking.tick,
        refuse=kit.refuse,
        stop_accepting=server.close,
        spread_seconds=settings.drain_spread_seconds,
        grace_seconds=settings.grace_seconds,
    )


def _entrances(kit: Kit, settings: GatewaySettings) -> Entrances:
    return Entrances(
        keeper=kit.keeper,
        flusher=kit.flusher,
        listens=Listening(settings.edge_port),
        sleep=asyncio.sleep,
        spawn=kit.spawn,
        counts=kit.counts,
        spread_seconds=settings.drain_spread_seconds,
    )


async def _keep(core: Core) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        core.kit.keeper.tick(core.kit.clock.monotonic())
        core.people.sweep()
        core.recall.prune()


def _producer(life: Lifecycle, settings: GatewaySettings) -> Producer:
    producer = Producer(settings.cluster, client_id=settings.instance, on_fatal=life.fail)

    async def close() -> None:
        await producer.flush(1.0)
        producer.close()

    life.on_stop(close, "kafka")
    return producer


def _commands(producer: Producer, settings: GatewaySettings) -> CommandLog:
    commands = KafkaCommands(producer, settings.chat_topic)
    return EarlyAckCommands(commands) if "ack_before_delivery" in settings.faults else commands
