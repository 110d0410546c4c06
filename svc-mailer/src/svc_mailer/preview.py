"""`python -m svc_mailer preview [folder]`: writes every kind of mail as files, to be looked at."""

from pathlib import Path
from typing import Final

from nexync_contracts.ids import JobId
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
from svc_mailer.composing import mail_of

NOW_MS: Final = 1_767_225_600_000
_ID: Final = JobId("00000000-0000-4000-8000-000000000001")
_EMAIL: Final = "ada@example.org"
_PAGE: Final = "https://chat.example.org"

SAMPLES: Final[tuple[Job, ...]] = (
    VerificationCodeJob(
        id=_ID, email=_EMAIL, username="ada", code="123456", expires_at=NOW_MS + 600_000
    ),
    ResetPasswordJob(
        id=_ID,
        email=_EMAIL,
        username="ada",
        link=f"{_PAGE}/reset#{'A1b2C3d4' * 12}",
        expires_at=NOW_MS + 1_800_000,
    ),
    PasswordChangedJob(id=_ID, email=_EMAIL, username="ada", link=f"{_PAGE}/forgot"),
    WelcomeJob(id=_ID, email=_EMAIL, username="ada", link=_PAGE),
    SecondFactorJob(
        id=_ID,
        email=_EMAIL,
        username="ada",
        change=FactorChange.RECOVERY_CODE_USED,
        left=9,
        link=f"{_PAGE}/settings/security",
    ),
    EmailCodeJob(id=_ID, email=_EMAIL, username="ada", code="123456", expires_at=NOW_MS + 600_000),
    EmailChangedJob(id=_ID, email=_EMAIL, username="ada", link=f"{_PAGE}/settings/security"),
)
"""One job of each kind."""


def write(folder: Path) -> list[Path]:
    """`<tag>.html` and `<tag>.txt` of each sample; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for job in SAMPLES:
        mail = mail_of(job, NOW_MS)
        for suffix, text in (("html", mail.html), ("txt", f"{mail.subject}\n\n{mail.text}")):
            path = folder / f"{job.tag}.{suffix}"
            path.write_text(text, encoding="utf-8")
            files.append(path)
    return files
