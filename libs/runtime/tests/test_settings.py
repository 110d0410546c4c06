"""Settings name every problem at once."""

from pathlib import Path

import pytest

from nexync_runtime.settings import (
    KafkaSettings,
    Port,
    Settings,
    SettingsError,
    Url,
    load,
    parse,
)


class Example(Settings):
    port: Port
    postgres_url: Url


GOOD = {
    "NEXYNC_ADMIN_PORT": "1",
    "NEXYNC_PORT": "8000",
    "NEXYNC_POSTGRES_URL": "postgresql://x@127.0.0.1/y",
}


def test_reads_prefixed_variables() -> None:
    """A field comes from its prefixed variable; foreign ones are left alone."""
    settings = parse(Example, {**GOOD, "NEXYNC_SOMETHING_ELSE": "1", "HOME": "/x"})
    assert settings.port == 8000


def test_names_all_problems_at_once() -> None:
    """A wrong and a missing one are both named, in one error."""
    with pytest.raises(SettingsError) as caught:
        parse(Example, {"NEXYNC_ADMIN_PORT": "70000", "NEXYNC_PORT": "1"})
    text = str(caught.value)
    assert "NEXYNC_ADMIN_PORT" in text
    assert "NEXYNC_POSTGRES_URL: is missing" in text
    assert "NEXYNC_PORT" not in text


def test_empty_is_missing() -> None:
    """An empty variable is as good as none: charts render them so."""
    with pytest.raises(SettingsError, match="NEXYNC_PORT: is missing"):
        parse(Example, {**GOOD, "NEXYNC_PORT": ""})


def test_load_exits_with_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The process ends with code 2 and lines for a person."""
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as caught:
        load(Example)
    assert caught.value.code == 2
    assert "NEXYNC_POSTGRES_URL: is missing" in capsys.readouterr().err


class Kafkaesque(KafkaSettings):
    pass


KAFKA = {"NEXYNC_ADMIN_PORT": "1", "NEXYNC_KAFKA_BOOTSTRAP": "kafka:9092"}
SASL = {
    "NEXYNC_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "NEXYNC_KAFKA_SASL_USERNAME": "nexync",
    "NEXYNC_KAFKA_SASL_PASSWORD": "secret",
}


def test_kafka_without_security_is_only_an_address() -> None:
    """The default changes nothing for who has a plain Kafka."""
    assert parse(Kafkaesque, KAFKA).cluster == {"bootstrap.servers": "kafka:9092"}


def test_kafka_with_tls_and_a_password(tmp_path: Path) -> None:
    """Everything reaches the client in its own words; the password isn't shown."""
    bundle = tmp_path / "ca.crt"
    bundle.touch()
    settings = parse(
        Kafkaesque,
        {
            **KAFKA,
            **SASL,
            "NEXYNC_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "NEXYNC_CA_FILE": str(bundle),
        },
    )
    assert settings.cluster == {
        "bootstrap.servers": "kafka:9092",
        "security.protocol": "sasl_ssl",
        "ssl.ca.location": str(bundle),
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "nexync",
        "sasl.password": "secret",
    }
    assert "secret" not in repr(settings)


def test_sasl_names_what_is_missing() -> None:
    """Half a login is refused before anything starts, each missing part by its name."""
    with pytest.raises(SettingsError) as caught:
        parse(
            Kafkaesque,
            {
                **KAFKA,
                "NEXYNC_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
                "NEXYNC_KAFKA_SASL_USERNAME": "x",
            },
        )
    assert str(caught.value).splitlines() == [
        "NEXYNC_KAFKA_SASL_MECHANISM: is missing with NEXYNC_KAFKA_SECURITY_PROTOCOL=sasl_ssl",
        "NEXYNC_KAFKA_SASL_PASSWORD: is missing with NEXYNC_KAFKA_SECURITY_PROTOCOL=sasl_ssl",
    ]


@pytest.mark.parametrize("protocol", ["plaintext", "ssl"])
def test_a_password_that_nobody_asks_for_is_refused(protocol: str) -> None:
    """Whoever gives a password believes that it is used."""
    environment = {**KAFKA, **SASL, "NEXYNC_KAFKA_SECURITY_PROTOCOL": protocol}
    with pytest.raises(SettingsError) as caught:
        parse(Kafkaesque, environment)
    assert len(str(caught.value).splitlines()) == 3
    assert f"has no use with NEXYNC_KAFKA_SECURITY_PROTOCOL={protocol}" in str(caught.value)


def test_a_bundle_that_is_not_there_is_named() -> None:
    """A typing error in the path is told at the start, not by the first handshake."""
    with pytest.raises(SettingsError, match="NEXYNC_CA_FILE"):
        parse(Kafkaesque, {**KAFKA, "NEXYNC_CA_FILE": "/nowhere/ca.crt"})
