"""From a job to the words of its mail."""

from nexync_contracts.jobs import VerificationCodeJob
from svc_mailer.layout import big_code, page, paragraph
from svc_mailer.ports import Mail

MINUTE_MS = 60_000


def verification_mail(job: VerificationCodeJob, now_ms: int) -> Mail:
    """The mail with the one-time code.

    It names the username, so that somebody who gets the code of another's registration can see it.
    """
    minutes = max(1, (job.expires_at - now_ms) // MINUTE_MS)
    unit = "minute" if minutes == 1 else "minutes"
    purpose = f"Enter this code to finish signing up as {job.username}."
    validity = f"It is valid for {minutes} {unit}. Never pass it on to anybody."
    footer = "If you did not sign up with this username, ignore this mail; nothing will happen."
    subject = f"{job.code} is your Nexync code"
    text = "\n".join(
        ("Confirm your address", "", purpose, "", f"    {job.code}", "", validity, "", footer, "")
    )
    html = page(
        title="Confirm your address",
        preview=subject,
        content=paragraph(purpose) + big_code(job.code) + paragraph(validity),
        footer=footer,
    )
    return Mail(identity=job.id, to=job.email, subject=subject, text=text, html=html)
