"""Bodies about bots: people without a password whom a person makes, and who log in by a token."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from nexync_contracts import limits
from nexync_contracts.ids import PersonIdField, Username
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.profile_rest import DisplayName

BOT_TOKEN: Final = r"^nxb_[A-Za-z0-9_-]{43}$"
"""`nxb_` and 256 random bits, so that a token is known for what it is wherever it turns up."""

BotUsername = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9][a-z0-9_.-]*bot$",
        min_length=limits.USERNAME_CHARS[0],
        max_length=limits.USERNAME_CHARS[1],
    ),
    Field(examples=["build-bot"]),
]
"""A username that ends with `bot`."""

BotToken = Annotated[
    str,
    StringConstraints(pattern=BOT_TOKEN, max_length=limits.BOT_TOKEN_CHARS),
    Field(examples=["nxb_" + "0" * 43]),
]


class NewBotBody(Exact):
    """An empty `name` is the username."""

    username: BotUsername
    name: DisplayName = ""


class BotView(Tolerant):
    """A bot of one's own. Times are Unix milliseconds; `token_at` is when its token was made, None without one.

    `seen_at` is when the token was used last, to the minute or so; None before its first use.
    """

    bot: PersonIdField
    username: Username
    name: str
    made_at: int
    token_at: int | None = None
    seen_at: int | None = None


class BotsPage(Tolerant):
    bots: Annotated[tuple[BotView, ...], Field(max_length=limits.BOTS)]


class BotTokenView(Tolerant):
    """The only time that the token is told; what is kept of it is its SHA-256."""

    bot: BotView
    token: BotToken


class TokenCheck(Tolerant):
    """Internal, svc-auth `POST /internal/bots/check`: whose token is it? Answered with claims, or 404."""

    token: BotToken
