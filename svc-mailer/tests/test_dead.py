"""The operator's command: what it shows, and what it never shows."""

import json
from pathlib import Path

import pytest

from nexync_contracts.channels import WORK_QUEUES
from nexync_contracts.jobs import Job
from nexync_runtime.rabbit_dead import DeadLetterError, DeadMessage
from svc_mailer import dead
from svc_mailer.preview import SAMPLES

QUEUE = WORK_QUEUES[0]
SECRETS = ("123456", "A1b2C3d4", "abcd-efgh-jkmn-pqrs")


def _run(*arguments: str) -> int:
    return dead.run(arguments, url="amqp://x", ca_file=None)


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[DeadMessage]]:
    """Dead messages by queue, instead of a broker's."""
    found: dict[str, list[DeadMessage]] = {}

    def look(_url: str, queue: str, *, ca_file: Path | None) -> list[DeadMessage]:
        assert ca_file is None
        return found.get(queue, [])

    def put_back(
        _url: str, queue: str, identities: list[str] | None, *, ca_file: Path | None
    ) -> list[str]:
        assert ca_file is None
        ids = [message.message_id for message in found.get(queue, [])]
        return [one for one in ids if identities is None or one in identities]

    monkeypatch.setattr(dead, "look", look)
    monkeypatch.setattr(dead, "put_back", put_back)
    return found


def test_the_list_has_ids_and_reasons(
    queues: dict[str, list[DeadMessage]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Over all queues, or of one."""
    queues[WORK_QUEUES[0]] = [DeadMessage(WORK_QUEUES[0], "one", 1, "smtp: refused", b"{}")]
    queues[WORK_QUEUES[1]] = [DeadMessage(WORK_QUEUES[1], "two", 100, "smtp: away", b"{}")]
    assert _run("list") == 0
    out = capsys.readouterr().out
    assert "one  attempts 1  smtp: refused" in out
    assert "two  attempts 100  smtp: away" in out
    assert _run("list", WORK_QUEUES[1]) == 0
    assert "one" not in capsys.readouterr().out


@pytest.mark.parametrize("job", SAMPLES, ids=lambda job: job.tag)
def test_no_secret_is_shown(job: Job) -> None:
    """Neither code nor link nor password, of any kind of job; address and name are."""
    text = dead.shown(job.model_dump_json().encode())
    assert not any(secret in text for secret in SECRETS)
    assert json.loads(text)["username"] == "ada"


def test_one_is_shown_or_said_to_be_missing(
    queues: dict[str, list[DeadMessage]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what isn't a job at all."""
    queues[QUEUE] = [DeadMessage(QUEUE, "one", 1, "unreadable", b"\xff\xff")]
    assert _run("show", QUEUE, "one") == 0
    assert "not JSON, 2 bytes" in capsys.readouterr().out
    assert _run("show", QUEUE, "two") == 1


def test_requeue_says_what_it_moved(
    queues: dict[str, list[DeadMessage]], capsys: pytest.CaptureFixture[str]
) -> None:
    """All, or those named; a name that isn't there is an error."""
    queues[QUEUE] = [DeadMessage(QUEUE, one, 1, "away", b"{}") for one in ("one", "two")]
    assert _run("requeue", QUEUE, "--all") == 0
    assert capsys.readouterr().out == "one\ntwo\n"
    assert _run("requeue", QUEUE, "--id", "two", "--id", "three") == 1
    assert capsys.readouterr().out == "two\n"
    with pytest.raises(SystemExit):
        _run("requeue", QUEUE)


def test_a_broker_that_is_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and an exit code of its own."""

    def away(*_: object, **__: object) -> list[DeadMessage]:
        raise DeadLetterError("refused")

    monkeypatch.setattr(dead, "look", away)
    assert _run("list") == 2
    assert capsys.readouterr().err == "rabbitmq: refused\n"
