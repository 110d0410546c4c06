"""The composition root of svc-auth: builds the adapters and passes them in by name."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import redis.asyncio

from nexync_contracts import limits
from nexync_contracts.provider_rest import ProviderKind
from nexync_runtime import log, postgres, redis_client, schema
from nexync_runtime.http import application, routes_of, serve
from nexync_runtime.lifecycle import Lifecycle, RefusedError
from nexync_runtime.limiting import Budget, RedisLimiter
from nexync_runtime.rabbit import Publisher
from nexync_runtime.tokens import CookieAccess
from svc_auth.adapters.postgres_accounts import PostgresAccounts
from svc_auth.adapters.postgres_administration import PostgresAdministration
from svc_auth.adapters.postgres_bots import PostgresBots
from svc_auth.adapters.postgres_emails import PostgresEmails
from svc_auth.adapters.postgres_eraser import PostgresEraser
from svc_auth.adapters.postgres_erasures import PostgresErasures
from svc_auth.adapters.postgres_factors import PostgresFactors
from svc_auth.adapters.postgres_holdings import PostgresHoldings
from svc_auth.adapters.postgres_identities import PostgresIdentities
from svc_auth.adapters.postgres_invitations import PostgresInvitations
from svc_auth.adapters.postgres_outbox import Relay
from svc_auth.adapters.postgres_passkeys import PostgresPasskeys
from svc_auth.adapters.postgres_replacements import PostgresReplacements
from svc_auth.adapters.postgres_sessions import PostgresSessions
from svc_auth.adapters.redis_ceremonies import RedisCeremonies
from svc_auth.adapters.redis_challenges import RedisChallenges
from svc_auth.adapters.redis_state import (
    RedisAnnouncer,
    RedisLimits,
    RedisPermissions,
    RedisProofs,
    RedisRecentProofs,
    RedisTraces,
)
from svc_auth.admin_routes import AdminRoutes
from svc_auth.administering import Administering
from svc_auth.admitting import Admitting, Policy
from svc_auth.bot_routes import BotRoutes
from svc_auth.bots import BotKeeper
from svc_auth.challenging import Challenging
from svc_auth.changing_email import ChangingEmail
from svc_auth.codes import Codes
from svc_auth.cookies import Cookies
from svc_auth.email_routes import EmailRoutes
from svc_auth.erasing import Erasing
from svc_auth.erasure_routes import ErasureRoutes
from svc_auth.erasure_task import ErasureTask
from svc_auth.evenly import Evenly
from svc_auth.factor_routes import FactorRoutes
from svc_auth.instance_routes import InstanceRoutes
from svc_auth.inviting import Inviting
from svc_auth.key_files import KeyFiles
from svc_auth.keyring import LiveKeys
from svc_auth.lately import Lately
from svc_auth.linking import LinkedIdentities
from svc_auth.links import Links
from svc_auth.logging_in import Login
from svc_auth.own_data import OwnData
from svc_auth.own_data_routes import OwnDataRoutes
from svc_auth.passkey_checks import PasskeyChecks
from svc_auth.passkey_routes import PasskeyRoutes
from svc_auth.passkeys import OwnPasskeys
from svc_auth.passwords import Passwords
from svc_auth.provider_flow import Flows
from svc_auth.provider_login import ProviderLogin
from svc_auth.provider_ports import Provider
from svc_auth.provider_routes import ProviderRoutes
from svc_auth.providers import ProviderConfig, ProvidersError, load_providers
from svc_auth.proving import Proving
from svc_auth.registering import Registration
from svc_auth.relying_party import RelyingParty
from svc_auth.replacing import Replacing
from svc_auth.requiring import Requiring
from svc_auth.routes import Routes
from svc_auth.sealing import Sealing
from svc_auth.second_factor import SecondFactor
from svc_auth.sessions import SessionKeeper
from svc_auth.settings import AuthSettings
from svc_auth.starting import party_by, ring_of, sealing_by
from svc_auth.throttling import Throttle

NEEDED_MIGRATION: Final = 38

_log = log.get("app")


def now_utc() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


def _providers(settings: AuthSettings) -> Sequence[Provider]:
    if settings.providers_file is None:
        return ()
    try:
        found = load_providers(settings.providers_file)
    except ProvidersError as error:
        raise RefusedError(str(error)) from None
    return made_providers(found, settings.ca_file)


def made_providers(
    found: Sequence[tuple[ProviderConfig, str]], ca_file: Path | None
) -> Sequence[Provider]:
    """An adapter for each, by its kind. authlib and its HTTP client are 4 MB that nobody else needs."""
    from svc_auth.adapters.github_provider import GithubProvider  # noqa: PLC0415 - see above
    from svc_auth.adapters.oidc_provider import OidcProvider  # noqa: PLC0415
    from svc_auth.adapters.provider_http import trust  # noqa: PLC0415

    context = trust(ca_file)
    return [
        OidcProvider(config, secret, context)
        if config.kind is ProviderKind.OIDC
        else GithubProvider(config, secret, context)
        for config, secret in found
    ]


def compose(
    settings: AuthSettings,
    *,
    pool: postgres.Pool,
    state: "redis.asyncio.Redis",
    keys: LiveKeys,
    passwords: Passwords,
    sealing: Sealing | None,
    party: RelyingParty | None = None,
    providers: Sequence[Provider] = (),
    clock: Callable[[], datetime] = now_utc,
) -> Routes:
    """The use cases over real backends, as routes."""
    accounts = PostgresAccounts(
        pool, tries=limits.CODE_TRIES, first_partitions=settings.chat_partitions
    )
    policy = Policy(settings.registration, settings.domains)
    invitations = PostgresInvitations(pool)
    throttle = Throttle(RedisLimits(state), by_address=settings.environment == "production")
    admitting = Admitting(policy=policy, invitations=invitations, throttle=throttle, clock=clock)
    replacements = PostgresReplacements(pool)
    factors = PostgresFactors(pool)
    requiring = Requiring(
        mode=settings.second_factor, holdings=PostgresHoldings(pool, settings.admin_emails)
    )
    recent = RedisRecentProofs(state)
    lately = Lately(owners=replacements, recent=recent)
    second_factor = SecondFactor(
        factors=factors,
        owners=replacements,
        passwords=passwords,
        sealing=sealing,
        throttle=throttle,
        announcer=RedisAnnouncer(state),
        lately=lately,
        requiring=requiring,
        clock=clock,
        page=settings.origins[0],
    )
    challenging = Challenging(
        challenges=RedisChallenges(state),
        owners=replacements,
        second_factor=second_factor,
        throttle=throttle,
    )
    evenly = Evenly(clock=time.monotonic)
    changing_email = ChangingEmail(
        emails=PostgresEmails(pool, tries=limits.CODE_TRIES),
        second_factor=second_factor,
        codes=Codes(keys.secrets("codes of new addresses")),
        throttle=throttle,
        announcer=RedisAnnouncer(state),
        clock=clock,
        page=settings.origins[0],
    )
    replacing = Replacing(
        replacements=replacements,
        passwords=passwords,
        second_factor=second_factor,
        recent=recent,
        links=Links(keys.secrets("password resets")),
        throttle=throttle,
        announcer=RedisAnnouncer(state),
        clock=clock,
        page=settings.origins[0],
    )
    sessions = SessionKeeper(
        sessions=PostgresSessions(pool),
        announcer=RedisAnnouncer(state),
        key=keys,
        clock=clock,
        longest=timedelta(days=settings.session_days),
        requiring=requiring,
        recent=recent,
    )
    cookies = Cookies(secure=settings.cookie_secure, origins=settings.origins)
    identities = PostgresIdentities(pool, first_partitions=settings.chat_partitions)
    provider_login = ProviderLogin(
        providers=providers,
        identities=identities,
        passwords=passwords,
        sessions=sessions,
        flows=Flows(keys.secrets("provider log-ins")),
        throttle=throttle,
        policy=policy,
        clock=clock,
        page=settings.origins[0],
    )
    passkeys = PostgresPasskeys(pool)
    checks = PasskeyChecks(
        party=party,
        passkeys=passkeys,
        ceremonies=RedisCeremonies(state),
        throttle=throttle,
        clock=clock,
        page=settings.origins[0],
    )
    proving = Proving(second_factor=second_factor, checks=checks, lately=lately)
    bots = PostgresBots(pool, first_partitions=settings.chat_partitions)
    linked = LinkedIdentities(identities=identities, proving=proving, login=provider_login)
    return Routes(
        registration=Registration(
            accounts=accounts,
            passwords=passwords,
            codes=Codes(keys.secrets("verification codes")),
            throttle=throttle,
            proofs=RedisProofs(state),
            admitting=admitting,
            clock=clock,
            page=settings.origins[0],
        ),
        login=Login(
            accounts=accounts,
            passwords=passwords,
            throttle=throttle,
            choose=replacing.choose,
            clock=clock,
        ),
        sessions=sessions,
        replacing=replacing,
        factor=FactorRoutes(second_factor),
        email=EmailRoutes(changing_email, evenly),
        bots=BotRoutes(
            BotKeeper(
                bots=bots,
                announcer=RedisAnnouncer(state),
                throttle=throttle,
                clock=clock,
            )
        ),
        instance=InstanceRoutes(admitting, requiring),
        admin=AdminRoutes(
            Administering(
                administration=PostgresAdministration(pool, settings.admin_emails),
                proving=proving,
                announcer=RedisAnnouncer(state),
                clock=clock,
                erase_days=settings.erase_days,
                page=settings.origins[0],
            ),
            Inviting(invitations=invitations, policy=policy, clock=clock),
        ),
        erasure=ErasureRoutes(
            Erasing(
                erasures=PostgresErasures(pool, settings.admin_emails),
                owners=replacements,
                proving=proving,
                second_factor=second_factor,
                announcer=RedisAnnouncer(state),
                throttle=throttle,
                clock=clock,
                days=settings.erase_days,
                page=settings.origins[0],
            )
        ),
        own_data=OwnDataRoutes(
            OwnData(
                owners=replacements,
                factors=factors,
                passkeys=passkeys,
                identities=linked,
                sessions=sessions,
                bots=bots,
                proving=proving,
                permissions=RedisPermissions(state),
            )
        ),
        challenging=challenging,
        lately=lately,
        providers=ProviderRoutes(
            login=provider_login,
            identities=linked,
            sessions=sessions,
            challenging=challenging,
            cookies=cookies,
            origins=settings.origins,
        ),
        passkeys=PasskeyRoutes(
            checks=checks,
            own=OwnPasskeys(
                passkeys=passkeys,
                checks=checks,
                proving=proving,
                requiring=requiring,
                announcer=RedisAnnouncer(state),
                clock=clock,
            ),
            proving=proving,
            sessions=sessions,
            cookies=cookies,
        ),
        keys=keys,
        cookies=cookies,
        evenly=evenly,
    )


def erasure_task(
    pool: postgres.Pool,
    state: "redis.asyncio.Redis",
    clock: Callable[[], datetime] = now_utc,
) -> ErasureTask:
    """The task over real backends."""
    return ErasureTask(
        eraser=PostgresEraser(pool),
        announcer=RedisAnnouncer(state),
        traces=RedisTraces(state),
        clock=clock,
    )


async def build(life: Lifecycle, settings: AuthSettings) -> None:
    """Register everything with the lifecycle."""
    files = KeyFiles(settings.signing_key_file, settings.signing_ring_file)
    keys = LiveKeys(ring_of(files), time.time)
    sealing = sealing_by(settings)
    party = party_by(settings)
    providers = _providers(settings)
    await schema.gate(life, settings.postgres_url, needs=NEEDED_MIGRATION, ca_file=settings.ca_file)
    pool = postgres.open_pool(
        settings.postgres_url, application="svc-auth", ca_file=settings.ca_file
    )
    await pool.open()
    life.on_stop(pool.close, name="postgres")
    state = redis_client.open_redis(settings.redis_state_url, ca_file=settings.ca_file)
    life.on_stop(state.aclose, name="redis")
    publisher = Publisher(settings.rabbitmq_url, ca_file=settings.ca_file)
    publisher.start()
    life.on_stop(publisher.close, name="rabbitmq")
    passwords = Passwords(threads=settings.hash_threads)
    life.on_stop(passwords.close, name="passwords")

    routes = compose(
        settings,
        pool=pool,
        state=state,
        keys=keys,
        passwords=passwords,
        sealing=sealing,
        party=party,
        providers=providers,
    )
    limiter = RedisLimiter(state, Budget(settings.requests_per_second, settings.requests_burst))
    access = CookieAccess(keys.verify, state, limiter)
    public = application(routes_of(routes.public(), access, allowed_origins=settings.origins))
    internal = application(routes_of(routes.internal(), CookieAccess(keys.verify, state)))
    await serve(life, public, host=settings.host, port=settings.port, name="public")
    await serve(life, internal, host=settings.host, port=settings.internal_port, name="internal")

    relay = Relay(settings.postgres_url, publisher, ca_file=settings.ca_file)
    life.task("outbox relay", relay.run)
    life.task("erasure", erasure_task(pool, state).run)
    life.task("signing keys", lambda: files.watch(keys))
    life.ready_check("postgres", lambda: postgres.reachable(pool))
    life.ready_check("redis", lambda: redis_client.reachable(state))
