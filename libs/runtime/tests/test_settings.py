"""Settings name every problem at once."""

import pytest

from nexync_runtime.settings import Port, Settings, SettingsError, Url, load, parse


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
