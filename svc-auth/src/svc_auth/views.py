"""What people see of their own, as contracts; times become Unix milliseconds."""

from datetime import datetime

from nexync_contracts.bot_rest import BotView
from nexync_contracts.ids import SessionId
from nexync_contracts.passkey_rest import PasskeyItem
from nexync_contracts.provider_rest import IdentityView
from nexync_contracts.rest import SessionItem, SessionView
from nexync_contracts.session import AccessClaims
from svc_auth.bot_ports import Bot
from svc_auth.devices import words_of
from svc_auth.passkey_ports import Passkey
from svc_auth.ports import Listed
from svc_auth.provider_ports import Linked, Provider


def ms(when: datetime) -> int:
    """Unix milliseconds."""
    return int(when.timestamp() * 1000)


def passkey_item(one: Passkey) -> PasskeyItem:
    """A passkey without its key."""
    return PasskeyItem(
        id=one.id,
        name=one.name,
        synced=one.synced,
        created_at=ms(one.created_at),
        used_at=None if one.used_at is None else ms(one.used_at),
    )


def bot_view(bot: Bot) -> BotView:
    """A bot without its token."""
    return BotView(
        bot=bot.person,
        username=bot.username,
        name=bot.name,
        made_at=ms(bot.made_at),
        token_at=None if bot.token_at is None else ms(bot.token_at),
        seen_at=None if bot.seen_at is None else ms(bot.seen_at),
    )


def identity_view(one: Linked, provider: Provider | None) -> IdentityView:
    """An identity, by the provider's name or, where it isn't configured any more, by its issuer."""
    return IdentityView(
        id=one.id,
        provider=None if provider is None else provider.id,
        label=one.issuer if provider is None else provider.label,
        email=one.email,
        linked_at=ms(one.linked_at),
    )


def session_view(claims: AccessClaims) -> SessionView:
    """Who is logged in."""
    return SessionView(
        person=claims.sub,
        username=claims.username,
        session=claims.sid,
        expires_at=claims.exp * 1000,
        setup=claims.setup,
    )


def session_item(one: Listed, current: SessionId | None) -> SessionItem:
    """A session, its browser in words."""
    return SessionItem(
        session=one.session,
        device=words_of(one.user_agent),
        created_at=ms(one.created_at),
        seen_at=ms(one.seen_at),
        current=one.session == current,
    )
