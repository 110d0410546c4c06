"""The mail itself: words, parts, headers."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from nexync_contracts.ids import JobId
from nexync_contracts.jobs import (
    QUEUE_OF,
    EmailCodeJob,
    FactorChange,
    Job,
    SecondFactorJob,
    VerificationCodeJob,
)
from svc_mailer.adapters.smtp import build_message
from svc_mailer.composing import mail_of, verification_mail
from svc_mailer.layout import paragraph
from svc_mailer.preview import SAMPLES, write
from svc_mailer.settings import MailerSettings

NOW_MS = 1_767_225_600_000
JOB = VerificationCodeJob(
    id=JobId("00000000-0000-4000-8000-000000000001"),
    email="ada@example.org",
    username="ada",
    code="123456",
    expires_at=NOW_MS + 600_000,
)


def test_the_code_is_in_subject_text_and_html() -> None:
    """It can be read in the notification already, and copied in one piece."""
    mail = verification_mail(JOB, NOW_MS)
    assert mail.subject == "123456 is your Nexync code"
    assert re.findall(r"\b\d{6}\b", mail.text) == ["123456"]
    assert "123456" in mail.html
    assert "10 minutes" in mail.text
    assert "signing up as ada" in mail.text


def test_one_minute_is_not_one_minutes() -> None:
    """Whatever little is left is at least a minute."""
    assert "1 minute." in verification_mail(JOB, JOB.expires_at - 5_000).text


def test_both_parts_and_the_id_of_the_job() -> None:
    """A double can be recognised by its Message-ID; mail programs choose the part."""
    message = build_message(verification_mail(JOB, NOW_MS), "Nexync <hello@nexync.test>")
    assert message["Message-ID"] == f"<{JOB.id}@nexync.test>"
    assert message["From"] == "Nexync <hello@nexync.test>"
    assert message["To"] == "ada@example.org"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("job", SAMPLES, ids=lambda job: job.tag)
def test_every_mail_says_the_same_in_both_parts(job: Job) -> None:
    """The name, the link or the code, and why one gets it; the HTML loads nothing and knows the dark."""
    mail = mail_of(job, NOW_MS)
    key = job.code if isinstance(job, VerificationCodeJob | EmailCodeJob) else job.link
    assert key in mail.text
    assert key in mail.html
    assert "ada" in mail.text
    assert not re.search(r"<(img|script|link|iframe)|\$[a-z]", mail.html)
    assert "prefers-color-scheme: dark" in mail.html
    assert "\n" not in mail.subject


def test_the_preview_writes_every_kind(tmp_path: Path) -> None:
    """Both parts of each."""
    files = write(tmp_path)
    assert len(files) == 2 * len(QUEUE_OF)
    assert all(path.read_text() for path in files)


def test_html_is_escaped_and_loads_nothing() -> None:
    """No markup from outside, no image, script or link that phones home."""
    assert paragraph("<b>&").endswith("&lt;b&gt;&amp;</p>")
    html = verification_mail(JOB, NOW_MS).html
    assert not re.search(r"<(img|script|link|iframe)|https?://|\$", html)
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize(
    ("smtp_url", "mail_from", "good"),
    [
        ("smtp://127.0.0.1:1025", "hello@nexync.test", True),
        ("smtp+starttls://u:p@mail.example.org", "Nexync <hello@nexync.test>", True),
        ("smtps://mail.example.org", "Nexync <hello@nexync.test>", True),
        ("http://mail.example.org", "hello@nexync.test", False),
        ("smtp://127.0.0.1", "Nexync", False),
    ],
)
def test_settings(smtp_url: str, mail_from: str, good: bool) -> None:
    """A wrong server or sender is found at the start, not at the first mail."""

    def make() -> MailerSettings:
        return MailerSettings(
            admin_port=1,
            rabbitmq_url="amqp://x",
            redis_state_url="redis://x",
            smtp_url=smtp_url,
            mail_from=mail_from,
        )

    if good:
        assert make().mail_from == mail_from
    else:
        with pytest.raises(ValidationError):
            make()


@pytest.mark.parametrize("change", FactorChange)
def test_each_change_of_the_second_factor_has_its_words(change: FactorChange) -> None:
    """What happened is in the subject, and how many recovery codes are left where one was used."""
    job = SecondFactorJob(
        id=JOB.id,
        email=JOB.email,
        username="ada",
        change=change,
        left=0,
        link="https://chat.example.org/settings/security",
    )
    subjects = {
        FactorChange.TURNED_ON: "Two-step verification is on",
        FactorChange.TURNED_OFF: "Two-step verification is off",
        FactorChange.RECOVERY_CODE_USED: "A recovery code was used",
        FactorChange.RECOVERY_CODES_MADE: "You have new recovery codes",
    }
    mail = mail_of(job, NOW_MS)
    assert mail.subject == subjects[change]
    assert ("None is left" in mail.text) == (change is FactorChange.RECOVERY_CODE_USED)
    assert "If it was not you" in mail.text
