"""From a job to the words of its mail: one function a kind, all through the same layout."""

from nexync_contracts.jobs import (
    EmailChangedJob,
    EmailCodeJob,
    FactorChange,
    Job,
    PasswordChangedJob,
    ResetPasswordJob,
    SecondFactorJob,
    VerificationCodeJob,
    WelcomeJob,
)
from svc_mailer.layout import big_code, button, page, paragraph
from svc_mailer.ports import Mail

MINUTE_MS = 60_000


def mail_of(job: Job, now_ms: int) -> Mail:
    """The mail of any job."""
    match job:
        case VerificationCodeJob():
            return verification_mail(job, now_ms)
        case ResetPasswordJob():
            return reset_mail(job, now_ms)
        case PasswordChangedJob():
            return changed_mail(job)
        case WelcomeJob():
            return welcome_mail(job)
        case SecondFactorJob():
            return factor_mail(job)
        case EmailCodeJob():
            return email_code_mail(job, now_ms)
        case EmailChangedJob():
            return email_changed_mail(job)


def verification_mail(job: VerificationCodeJob, now_ms: int) -> Mail:
    """The mail with the one-time code.

    It names the username, so that somebody who gets the code of another's registration can see it.
    """
    purpose = f"Enter this code to finish signing up as {job.username}."
    footer = "If you did not sign up with this username, ignore this mail; nothing will happen."
    return _with_code(job, "Confirm your address", purpose, footer, now_ms)


def email_code_mail(job: EmailCodeJob, now_ms: int) -> Mail:
    """The mail with the code that proves another address; it names the account that is to have it."""
    purpose = f"Enter this code to make this the address of {job.username} on Nexync."
    footer = "If this is not your account, ignore this mail; nothing will happen."
    return _with_code(job, "Confirm your new address", purpose, footer, now_ms)


def email_changed_mail(job: EmailChangedJob) -> Mail:
    """The mail to the address that was; where the account went is not told to who reads that one now."""
    done = f"{job.username} has another e-mail address now. All other devices are logged out."
    lost = "Links for a new password and notices no longer come here."
    worry = "If it was not you, log in with your username, and change address and password:"
    footer = "You get this mail because this was the address of your account."
    return _with_link(job, "Your address was changed", (done, lost, worry), job.link, (), footer)


def reset_mail(job: ResetPasswordJob, now_ms: int) -> Mail:
    """The mail with the link that replaces a forgotten password."""
    purpose = f"Somebody, probably you, asked for a new password for {job.username}."
    validity = f"The link works once, for {_left(job.expires_at, now_ms)}."
    footer = "If it was not you, ignore this mail; the password stays as it is."
    return _with_link(job, "Choose a new password", (purpose,), job.link, (validity,), footer)


def changed_mail(job: PasswordChangedJob) -> Mail:
    """The mail that tells the owner of a new password."""
    done = f"The password of {job.username} was changed. All other devices are logged out."
    worry = "If it was not you, choose a new password now:"
    footer = "You get this mail because it concerns the security of your account."
    return _with_link(job, "Your password was changed", (done, worry), job.link, (), footer)


def welcome_mail(job: WelcomeJob) -> Mail:
    """The greeting after the address was proved."""
    ready = f"Your account is ready. Others find you as @{job.username}."
    footer = "You get this mail once, because you signed up with this address."
    return _with_link(job, "Welcome to Nexync", (ready,), job.link, (), footer)


def factor_mail(job: SecondFactorJob) -> Mail:
    """The mail that tells the owner what became of two-step verification."""
    name = job.username
    left = f"{job.left} {'is' if job.left == 1 else 'are'} left." if job.left else "None is left."
    title, done = {
        FactorChange.TURNED_ON: (
            "Two-step verification is on",
            f"Logging in as {name} now needs a code as well. All other devices are logged out.",
        ),
        FactorChange.TURNED_OFF: (
            "Two-step verification is off",
            f"Logging in as {name} needs nothing but the password from now on.",
        ),
        FactorChange.RECOVERY_CODE_USED: (
            "A recovery code was used",
            f"A recovery code of {name} was used, and works no more. {left}",
        ),
        FactorChange.RECOVERY_CODES_MADE: (
            "You have new recovery codes",
            f"New recovery codes were made for {name}. The earlier ones work no more.",
        ),
    }[job.change]
    worry = "If it was not you, change your password, and look at where you are logged in:"
    footer = "You get this mail because it concerns the security of your account."
    return _with_link(job, title, (done, worry), job.link, (), footer)


_WORDS = {
    "reset-password": "Choose a new password",
    "password-changed": "It was not me",
    "welcome": "Open Nexync",
    "second-factor": "Open the Security page",
    "email-changed": "Open the Security page",
}


def _with_code(
    job: VerificationCodeJob | EmailCodeJob, title: str, purpose: str, footer: str, now_ms: int
) -> Mail:
    validity = f"It is valid for {_left(job.expires_at, now_ms)}. Never pass it on to anybody."
    subject = f"{job.code} is your Nexync code"
    return Mail(
        identity=job.id,
        to=job.email,
        subject=subject,
        text=_text(title, purpose, f"    {job.code}", validity, footer),
        html=page(
            title=title,
            preview=subject,
            content=paragraph(purpose) + big_code(job.code) + paragraph(validity),
            footer=footer,
        ),
    )


def _with_link(
    job: ResetPasswordJob | PasswordChangedJob | WelcomeJob | SecondFactorJob | EmailChangedJob,
    title: str,
    before: tuple[str, ...],
    link: str,
    after: tuple[str, ...],
    footer: str,
) -> Mail:
    content = "".join(map(paragraph, before)) + button(_WORDS[job.tag], link)
    content += "".join(map(paragraph, after))
    return Mail(
        identity=job.id,
        to=job.email,
        subject=title,
        text=_text(title, *before, link, *after, footer),
        html=page(title=title, preview=before[0], content=content, footer=footer),
    )


def _text(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def _left(expires_at: int, now_ms: int) -> str:
    minutes = max(1, (expires_at - now_ms) // MINUTE_MS)
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
