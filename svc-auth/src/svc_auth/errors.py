"""The problems that svc-auth answers with. None of them tells whether an address is known."""

from nexync_contracts import limits
from nexync_contracts.errors import Issue, ProblemCode
from nexync_contracts.instance_rest import RegistrationMode
from nexync_runtime.http import ProblemError
from svc_auth.password_rules import Weakness


def too_many(retry_after: float) -> ProblemError:
    """A rate limit; `retry_after` in seconds."""
    return ProblemError(
        429, ProblemCode.TOO_MANY, "Too many attempts, wait a little", retry_after=retry_after
    )


def registration_closed(mode: RegistrationMode) -> ProblemError:
    """By the mode alone, or by what the address itself shows; whether it has an account plays no part."""
    words = {
        RegistrationMode.OPEN: "Accounts can't be made here",
        RegistrationMode.DOMAINS: "Only addresses at certain domains can make an account here without an invitation",
        RegistrationMode.INVITE: "Accounts are made by invitation here",
        RegistrationMode.CLOSED: "No accounts are made here",
    }[mode]
    return ProblemError(403, ProblemCode.REGISTRATION_CLOSED, words)


def invitation_over() -> ProblemError:
    """Unknown, revoked, expired or used up."""
    return ProblemError(
        410, ProblemCode.INVITATION_OVER, "The invitation is no longer good, ask for a new one"
    )


def deactivated() -> ProblemError:
    """Only told to who could log in otherwise."""
    return ProblemError(403, ProblemCode.DEACTIVATED, "An administrator has locked this account")


def not_proved() -> ProblemError:
    """No proof in this session, a used one, or too long ago."""
    return ProblemError(403, ProblemCode.FORBIDDEN, "Show first that it is you, then try again")


def proof_needed() -> ProblemError:
    """Nothing was given, and the last proof in this session was too long ago."""
    return ProblemError(
        403, ProblemCode.PROOF_NEEDED, "Show that it is you: by your password or a passkey"
    )


def passkey_needed() -> ProblemError:
    """Only told to who could log in otherwise."""
    return ProblemError(
        403, ProblemCode.PASSKEY_NEEDED, "Two factors are asked for here: log in with your passkey"
    )


def factor_stays() -> ProblemError:
    """The next log-in would only lead to setting one up again."""
    return ProblemError(
        409,
        ProblemCode.FACTOR_STAYS,
        "A second factor is asked for here, and this is your last one: set up another first",
    )


def no_such_account() -> ProblemError:
    """Told to services."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such account")


def fresh_login_needed() -> ProblemError:
    """A log-in of the last minutes proves what no password or passkey can."""
    return ProblemError(
        403, ProblemCode.FRESH_LOGIN_NEEDED, "Log out, log in again, and ask within ten minutes"
    )


def not_an_admin() -> ProblemError:
    """Not, or no longer."""
    return ProblemError(403, ProblemCode.FORBIDDEN, "Only administrators may do this")


def no_such_person() -> ProblemError:
    """Told to administrators."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such person")


def not_oneself() -> ProblemError:
    """Somebody has to be able to undo it."""
    return ProblemError(409, ProblemCode.CONFLICT, "You can't lock your own account")


def last_admin() -> ProblemError:
    """Nobody would be left to give the role to anybody."""
    return ProblemError(
        409, ProblemCode.CONFLICT, "This is the last administrator; make another one first"
    )


def role_by_settings() -> ProblemError:
    """What the settings give, the settings take."""
    return ProblemError(
        409,
        ProblemCode.CONFLICT,
        "This administrator is named in the settings of the instance (NEXYNC_ADMINS)",
    )


def bot_or_unverified() -> ProblemError:
    """Neither a bot nor who never proved an address can be helped, or help, like this."""
    return ProblemError(
        409, ProblemCode.CONFLICT, "Only for people who proved their address and aren't locked"
    )


def invitations_closed() -> ProblemError:
    """A link that opens nothing is not given away."""
    return ProblemError(
        409, ProblemCode.CONFLICT, "Registration is closed, so invitations open nothing"
    )


def invitations_full() -> ProblemError:
    """Revoke one first."""
    return ProblemError(
        409,
        ProblemCode.CONFLICT,
        "There are as many good invitations as there may be",
        detail=f"the limit is {limits.INVITATIONS}",
    )


def no_such_invitation() -> ProblemError:
    """Unknown, or over for long."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such invitation")


def no_such_bot() -> ProblemError:
    """Nobody's, somebody else's, or retired: all answered alike."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such bot")


def too_many_bots() -> ProblemError:
    """The owner has as many as one may have."""
    return ProblemError(
        409,
        ProblemCode.CONFLICT,
        "You have as many bots as one person may have",
        detail=f"the limit is {limits.BOTS}",
    )


def no_such_provider() -> ProblemError:
    """Not configured, or no longer."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such provider")


def provider_away() -> ProblemError:
    """It doesn't answer, or nonsense."""
    return ProblemError(
        503, ProblemCode.PROVIDER_AWAY, "The provider does not answer as it should", retry_after=5
    )


def provider_refused() -> ProblemError:
    """The code, the signature, the nonce or the audience: which of them is in the log alone."""
    return ProblemError(403, ProblemCode.PROVIDER_REFUSED, "The provider's answer was not accepted")


def provider_cancelled() -> ProblemError:
    """The person said no."""
    return ProblemError(403, ProblemCode.PROVIDER_CANCELLED, "The log-in was cancelled")


def address_not_verified() -> ProblemError:
    """Nobody's word for the address."""
    return ProblemError(
        403,
        ProblemCode.ADDRESS_NOT_VERIFIED,
        "The provider knows no verified e-mail address of this account",
    )


def link_needed() -> ProblemError:
    """Only told to who proved the address."""
    return ProblemError(
        409, ProblemCode.LINK_NEEDED, "Log in to the account with this address, and link there"
    )


def linked_elsewhere() -> ProblemError:
    """Only told to who proved the identity."""
    return ProblemError(
        409,
        ProblemCode.LINKED_ELSEWHERE,
        "This identity, or another one of this provider, is linked already",
    )


def last_way_in() -> ProblemError:
    """Neither a password nor another identity would be left."""
    return ProblemError(
        409, ProblemCode.LAST_WAY_IN, "Choose a password first: nothing else opens this account"
    )


def no_such_identity() -> ProblemError:
    """Unknown, or somebody else's."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such identity")


def password_change_needed() -> ProblemError:
    """Only told to who knows the mailed password. A page that can't change it shows that it must be loaded again."""
    return ProblemError(
        403,
        ProblemCode.PASSWORD_CHANGE_NEEDED,
        "A password of your own must be chosen; reload the page",
    )


def username_taken() -> ProblemError:
    """Usernames are public, so this may be told; also for one that looks like another or like the service's."""
    return ProblemError(
        409,
        ProblemCode.USERNAME_TAKEN,
        "This username is taken, or looks too much like one that is",
    )


def weak_password(weakness: Weakness, field: str = "password") -> ProblemError:
    """The password is one of the first that anybody would try."""
    words = {
        Weakness.COMMON: "is one of the most used passwords",
        Weakness.TELLS_NAME: "contains the username or the e-mail address",
    }[weakness]
    issue = Issue(path=("body", field), code=weakness.value, message=words)
    return ProblemError(
        422,
        ProblemCode.VALIDATION,
        "The request is not valid",
        detail=f"body.{field}: {words}",
        issues=(issue,),
    )


def wrong_code() -> ProblemError:
    """Wrong, expired, or never sent."""
    return ProblemError(400, ProblemCode.WRONG_CODE, "The code is wrong or no longer valid")


def code_spent() -> ProblemError:
    """All tries are used up."""
    return ProblemError(410, ProblemCode.CODE_SPENT, "Too many wrong codes, ask for a new one")


def wrong_credentials() -> ProblemError:
    """Unknown account or wrong password."""
    return ProblemError(401, ProblemCode.WRONG_CREDENTIALS, "The login or the password is wrong")


def wrong_current_password() -> ProblemError:
    """One is logged in, so this is no 401, which would ask for a new login."""
    return ProblemError(403, ProblemCode.WRONG_PASSWORD, "The current password is wrong")


def link_spent() -> ProblemError:
    """Used, expired, replaced by a newer one, or never ours."""
    return ProblemError(
        410, ProblemCode.LINK_SPENT, "The link is no longer good, ask for a new one"
    )


def second_factor() -> ProblemError:
    """Only told to who knows the password. A page that has no second step shows that it must be loaded again."""
    return ProblemError(
        403, ProblemCode.SECOND_FACTOR, "A code of the second factor must follow; reload the page"
    )


def login_over() -> ProblemError:
    """No challenge, too late, used up, or the password was replaced."""
    return ProblemError(410, ProblemCode.LOGIN_OVER, "This log-in is over, begin again")


def factor_unavailable() -> ProblemError:
    """No key for the secrets is configured, or none that opens this one."""
    return ProblemError(
        503,
        ProblemCode.FACTOR_UNAVAILABLE,
        "Second factors can't be used on this server: NEXYNC_FACTOR_KEY_FILE has no key for them",
    )


def factor_is_on() -> ProblemError:
    """Turn it off before another app is enrolled."""
    return ProblemError(409, ProblemCode.CONFLICT, "The second factor is on already")


def factor_not_on() -> ProblemError:
    """Nothing to prove or to turn off."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "The second factor is not on")


def enrolment_over() -> ProblemError:
    """Too late, replaced by a newer one, or another session's."""
    return ProblemError(
        404, ProblemCode.NOT_FOUND, "No second factor waits for a code, begin again"
    )


def passkey_refused() -> ProblemError:
    """Unknown, wrongly signed, another site's, or its counter went backwards: which of them is in the log alone."""
    return ProblemError(403, ProblemCode.PASSKEY_REFUSED, "This passkey was not accepted")


def passkey_unavailable() -> ProblemError:
    """All public origins are IP addresses, which passkeys can't be bound to."""
    return ProblemError(
        503,
        ProblemCode.PASSKEY_UNAVAILABLE,
        "Passkeys can't be used on this server: it has no name that they could be bound to",
    )


def passkeys_full() -> ProblemError:
    """Remove one first."""
    return ProblemError(
        409,
        ProblemCode.CONFLICT,
        "There are as many passkeys as one account may have",
        detail=f"the limit is {limits.PASSKEYS}",
    )


def passkey_taken() -> ProblemError:
    """Authenticators make credential ids of at least 16 random bytes, so this is the same passkey again."""
    return ProblemError(409, ProblemCode.CONFLICT, "This passkey is known already")


def no_such_passkey() -> ProblemError:
    """Unknown, or somebody else's."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such passkey")


def not_verified() -> ProblemError:
    """Only told to who knows the password."""
    return ProblemError(403, ProblemCode.NOT_VERIFIED, "Confirm your e-mail address first")


def unauthenticated() -> ProblemError:
    """No session, or no longer."""
    return ProblemError(401, ProblemCode.UNAUTHENTICATED, "Log in first")


def no_such_session() -> ProblemError:
    """Unknown, or somebody else's."""
    return ProblemError(404, ProblemCode.NOT_FOUND, "There is no such session")


def busy() -> ProblemError:
    """More passwords wait to be hashed than the limit."""
    return ProblemError(
        503, ProblemCode.UNAVAILABLE, "Too many logins at the moment", retry_after=2
    )


def not_an_address() -> ProblemError:
    """The e-mail address has no valid form."""
    return _bad_email("email", "not a valid e-mail address")


def same_address() -> ProblemError:
    """Told to its owner, after the password."""
    return _bad_email("email_same", "is your address already")


def _bad_email(code: str, words: str) -> ProblemError:
    return ProblemError(
        422,
        ProblemCode.VALIDATION,
        "The request is not valid",
        detail=f"body.email: {words}",
        issues=(Issue(path=("body", "email"), code=code, message=words),),
    )
