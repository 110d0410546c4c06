"""The composition root: builds the adapters, hands them to the use cases, serves both ports."""

import asyncio
import time
import uuid
from functools import partial
from typing import Final

import httpx

from nexync_contracts.endpoint import Endpoint
from nexync_contracts.limits import HOOK_BURST, HOOK_RATE
from nexync_runtime import http, postgres, redis_client, schema
from nexync_runtime.cursors import Cursors, load_cursors
from nexync_runtime.http import Handler
from nexync_runtime.kafka import Producer
from nexync_runtime.key_files import KeyFileError
from nexync_runtime.lifecycle import Lifecycle, RefusedError
from nexync_runtime.limiting import Budget, RedisLimiter
from nexync_runtime.tokens import (
    BOTS_PATH,
    JWKS_PATH,
    BotTokens,
    CookieAccess,
    Tokens,
    Verifier,
)
from nexync_runtime.waiting import until_there
from svc_chat.adapters.accounts import AuthAccounts
from svc_chat.adapters.attachments import PostgresAttachments
from svc_chat.adapters.chats import PostgresChats
from svc_chat.adapters.departures import PostgresDepartures
from svc_chat.adapters.groups import PostgresGroups
from svc_chat.adapters.hook_pace import LimitedHooks
from svc_chat.adapters.hooks import PostgresHooks
from svc_chat.adapters.images import ImageProcesses
from svc_chat.adapters.kept import RedisKept, RedisRevisions
from svc_chat.adapters.log import KafkaLog
from svc_chat.adapters.objects import ObjectFolder, S3Access, open_store
from svc_chat.adapters.orphans import PostgresOrphans
from svc_chat.adapters.outbox import OutboxRelay
from svc_chat.adapters.own_chats import PostgresOwnChats, RedisOwnNotices
from svc_chat.adapters.own_data import PostgresOwnRows
from svc_chat.adapters.people import PostgresPeople
from svc_chat.adapters.presence import RedisPresence
from svc_chat.adapters.profiles import PostgresProfiles
from svc_chat.adapters.push import PostgresPush
from svc_chat.adapters.receipts import KafkaReceipts, PostgresReceipts
from svc_chat.adapters.replies import Replies
from svc_chat.adapters.reports import PostgresReports
from svc_chat.adapters.roles import PATH as ROLES_PATH
from svc_chat.adapters.roles import AskedRoles
from svc_chat.adapters.scheduled import PostgresDue, PostgresScheduled
from svc_chat.adapters.search import PostgresSearch
from svc_chat.adapters.streams import PostgresStreams
from svc_chat.adapters.suggestions import PostgresSuggestions
from svc_chat.adapters.windows import RedisWindows
from svc_chat.attaching import Attaching
from svc_chat.awaiting import OutcomeRegistry
from svc_chat.collecting import Collector
from svc_chat.commanding import Commanding
from svc_chat.departing import Departing
from svc_chat.exporting import Exporting
from svc_chat.grouping import Grouping
from svc_chat.history import History
from svc_chat.hooking import Hooking
from svc_chat.inside import Inside
from svc_chat.keeping import Keeping, Standing
from svc_chat.listing import Listing
from svc_chat.looking import Looking
from svc_chat.marking import Marking
from svc_chat.messaging import Messaging
from svc_chat.own_data import OwnData
from svc_chat.owning import Owning
from svc_chat.pacing import Pace
from svc_chat.picturing import Picturing
from svc_chat.pinning import Pinning
from svc_chat.presence import Presences
from svc_chat.profiling import Profiles
from svc_chat.pushing import Pushing
from svc_chat.reading import StreamReading
from svc_chat.receipts import Receipts
from svc_chat.relations import Relations
from svc_chat.reporting import Reporting
from svc_chat.routes import UseCases, handlers
from svc_chat.routes_internal import internal_routes
from svc_chat.routes_kept import keeping, moving
from svc_chat.scheduling import Scheduling, Sender
from svc_chat.searching import Searching
from svc_chat.serving import Serving
from svc_chat.settings import ChatSettings
from svc_chat.timeline import Timelines

NEEDED_MIGRATION: Final = 36
PRODUCER_FLUSH_SECONDS: Final = 5.0


def _cursors(settings: ChatSettings) -> Cursors:
    try:
        return load_cursors(settings.cursor_key_file)
    except KeyFileError as error:
        raise RefusedError(str(error)) from None


async def build(life: Lifecycle, settings: ChatSettings) -> None:
    """Build and register everything."""
    cursors = _cursors(settings)
    await schema.gate(life, settings.postgres_url, needs=NEEDED_MIGRATION, ca_file=settings.ca_file)
    pool = postgres.open_pool(
        settings.postgres_url,
        application="svc-chat",
        size=settings.postgres_connections,
        ca_file=settings.ca_file,
    )
    relay_pool = postgres.open_pool(
        settings.postgres_url, application="svc-chat tasks", size=4, ca_file=settings.ca_file
    )
    state = redis_client.open_redis(settings.redis_state_url, ca_file=settings.ca_file)
    cache = redis_client.open_redis(settings.redis_cache_url, ca_file=settings.ca_file)
    web = httpx.AsyncClient()
    producer = Producer(
        settings.cluster, client_id=f"svc-chat {settings.instance}", on_fatal=life.fail
    )
    for topic in (settings.chat_topic, settings.receipt_topic):
        await until_there(life, f"kafka {topic}", partial(producer.answers, topic))
    await asyncio.gather(pool.open(), relay_pool.open())

    # Unique to this process: outcomes of a predecessor with the same name are not ours.
    reply_to = f"{settings.instance}.{uuid.uuid4().hex[:12]}"[:64]
    registry = OutcomeRegistry()
    replies = Replies(state, reply_to, registry)
    command_log = KafkaLog(producer, settings.chat_topic)
    relay = OutboxRelay(relay_pool, command_log)

    streams = PostgresStreams(pool, first_partitions=settings.chat_partitions)
    chats, people, marks = PostgresChats(pool), PostgresPeople(pool), PostgresReceipts(pool)
    windows, notices = RedisWindows(state), RedisOwnNotices(state)
    reading = StreamReading(streams, windows, Pace)
    listing = Listing(chats, people, windows, Pace)
    timelines = Timelines(reading)
    commanding = Commanding(
        people=people,
        reading=reading,
        places=streams,
        log=command_log,
        outcomes=registry,
        instance=reply_to,
    )
    presence = RedisPresence(state)
    pushing = Pushing(PostgresPush(pool), presence, settings.push_web, time.time)
    files, objects, attaching = _files(settings, pool)
    relations, profiles, scheduling = (
        Relations(people, PostgresSuggestions(pool), relay.wake),
        Profiles(PostgresProfiles(pool), people, relay.wake),
        Scheduling(reading, PostgresScheduled(pool), _unix_ms),
    )
    use_cases = UseCases(
        relations=relations,
        presences=Presences(people, presence, time.time),
        profiles=profiles,
        history=History(reading),
        listing=listing,
        reading=reading,
        marking=Marking(
            reading,
            marks,
            KafkaReceipts(producer, settings.receipt_topic),
            Pace,
            _unix_ms,
        ),
        receipts=Receipts(reading, marks),
        scheduling=scheduling,
        commanding=commanding,
        grouping=Grouping(commanding, PostgresGroups(pool), listing.stored),
        hooking=Hooking(
            commanding,
            PostgresHooks(pool),
            listing.stored,
            LimitedHooks(RedisLimiter(state, Budget(HOOK_RATE, HOOK_BURST))),
        ),
        messaging=Messaging(reading, commanding),
        owning=Owning(reading, PostgresOwnChats(pool), notices, _unix_ms),
        pinning=Pinning(commanding, timelines, chats, listing.stored),
        timelines=timelines,
        reporting=Reporting(timelines, people, PostgresReports(pool)),
        looking=Looking(PostgresReports(pool), AskedRoles(_auth(settings) + ROLES_PATH, web)),
        exporting=Exporting(timelines, people),
        own_data=OwnData(
            accounts=AuthAccounts(settings.auth_internal_url, web),
            profiles=profiles,
            relations=relations,
            listing=listing,
            timelines=timelines,
            scheduling=scheduling,
            rows=PostgresOwnRows(pool),
            contents=objects,
        ),
        searching=Searching(listing, PostgresSearch(pool), people),
        pushing=pushing,
        attaching=attaching,
        serving=Serving(
            timelines=timelines,
            chats=chats,
            stored=listing.stored,
            attachments=files,
            pictures=files,
            attaching=attaching,
        ),
        picturing=Picturing(files, commanding),
        contents=objects,
    )
    access = CookieAccess(
        _tokens(_auth(settings), web).verify,
        state,
        RedisLimiter(state, Budget(settings.requests_per_second, settings.requests_burst)),
    )

    standing, keep = (
        Standing(streams, windows, RedisRevisions(state)),
        Keeping(RedisKept(cache), Pace),
    )

    def around(endpoint: Endpoint, handler: Handler) -> Handler:
        kept = keeping(endpoint, handler, keep, standing)
        return moving(endpoint, kept, standing)

    async def flush() -> None:
        await producer.flush(PRODUCER_FLUSH_SECONDS)
        producer.close()

    life.on_stop(pool.close, name="postgres")
    life.on_stop(relay_pool.close, name="postgres of the outbox")
    life.on_stop(state.aclose, name="redis")
    life.on_stop(cache.aclose, name="redis of answers")
    life.on_stop(web.aclose, name="http client")
    life.on_stop(flush, name="kafka producer")
    life.task("replies", replies.run)
    for name, run in (
        ("outbox", relay.run),
        ("scheduled", Sender(PostgresDue(relay_pool), commanding, files, _unix_ms).run),
        ("departures", Departing(PostgresDepartures(relay_pool), standing.moved, relay.wake).run),
        ("orphans", Collector(PostgresOrphans(relay_pool), objects).run),
    ):
        life.task(name, run)
    life.ready_check("postgres", lambda: postgres.reachable(pool))
    life.ready_check("replies", replies.ready)

    public = http.application(
        http.routes_of(
            handlers(use_cases, cursors, around=around, rename=settings.rename_chats == "on"),
            access,
            allowed_origins=settings.origins,
            bots=True,
        )
    )
    inside = http.application(
        internal_routes(Inside(reading, streams, listing, windows), pushing, attaching)
    )
    await http.serve(life, public, host=settings.host, port=settings.port, name="public port")
    await http.serve(
        life, inside, host=settings.host, port=settings.internal_port, name="internal port"
    )


def _unix_ms() -> int:
    return time.time_ns() // 10**6


def _auth(settings: ChatSettings) -> str:
    return settings.auth_internal_url.rstrip("/")


def _tokens(auth: str, web: httpx.AsyncClient) -> Tokens:
    return Tokens(Verifier(auth + JWKS_PATH, web), BotTokens(auth + BOTS_PATH, web))


def _files(
    settings: ChatSettings, pool: postgres.Pool
) -> tuple[PostgresAttachments, ObjectFolder, Attaching]:
    access = S3Access(
        endpoint=settings.objects_s3_endpoint,
        region=settings.objects_s3_region,
        key=settings.objects_s3_key,
        secret=settings.objects_s3_secret,
    )
    files, objects = (
        PostgresAttachments(pool),
        ObjectFolder(open_store(settings.objects_url, access)),
    )
    images = ImageProcesses(settings.image_processes)
    quota = settings.file_quota_mib * 1024 * 1024
    return files, objects, Attaching(files, objects, images, quota=quota)
