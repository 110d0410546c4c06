"""E-mail addresses and usernames: one spelling for each, and names that nobody may take."""

from typing import Final

from email_validator import EmailNotValidError, validate_email

from nexync_contracts import limits

RESERVED_USERNAMES: Final = frozenset(
    {
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "all",
        "api",
        "auth",
        "billing",
        "bot",
        "bots",
        "channel",
        "chat",
        "chats",
        "contact",
        "deleted",
        "everyone",
        "group",
        "groups",
        "guest",
        "help",
        "here",
        "hostmaster",
        "info",
        "invite",
        "login",
        "logout",
        "mail",
        "mailer",
        "me",
        "moderator",
        "nexync",
        "no-reply",
        "nobody",
        "noreply",
        "notifications",
        "null",
        "official",
        "owner",
        "people",
        "postmaster",
        "private",
        "register",
        "root",
        "security",
        "settings",
        "signup",
        "staff",
        "status",
        "superuser",
        "support",
        "system",
        "team",
        "undefined",
        "user",
        "users",
        "verify",
        "webmaster",
        "ws",
        "www",
    }
)


def normal_email(text: str) -> str | None:
    """The address in ASCII and lower case, or None when it has no valid form.

    Only the form is judged, and `.test` (RFC 6761) is as good as any: whether mail arrives is what the code proves.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    if found.ascii_email is None or len(found.ascii_email) > limits.EMAIL_CHARS:
        return None
    return found.ascii_email.lower()


def is_reserved(username: str) -> bool:
    """Whether a username could be taken for the service itself."""
    return username in RESERVED_USERNAMES or username.startswith("nexync")
