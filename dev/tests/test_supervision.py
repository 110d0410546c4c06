"""The supervisor's configuration, read back the way supervisord reads it."""

import configparser
from pathlib import Path

import pytest

from nexync_dev.config import Config
from nexync_dev.programs import Program
from nexync_dev.supervision import render_main, render_programs, socket_path


def _program(**changes: object) -> Program:
    settings: dict[str, object] = {
        "name": "kafka",
        "command": ("/usr/bin/java", "-cp", "a b/*", "", 'say "x"', "100%"),
        "ports": ("kafka",),
        "ready": lambda: True,
        "folder": Path("/data/50%/kafka"),
        "env": {"LEVEL": "50%", "QUOTED": 'a"b'},
    }
    return Program(**(settings | changes))  # type: ignore[arg-type]  # the names are checked by the call


def _section(text: str, name: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=True)
    parser.read_string(text)
    return parser[name]


def test_a_program_that_dies_is_started_again_but_none_starts_untold() -> None:
    section = _section(render_programs(Config.read({}), [_program()]), "program:kafka")
    assert section["autorestart"] == "true"
    assert section["autostart"] == "false"
    assert section["killasgroup"] == "true"


def test_words_and_percent_signs_survive() -> None:
    section = _section(render_programs(Config.read({}), [_program()]), "program:kafka")
    assert section["command"] == '"/usr/bin/java" "-cp" "a b/*" "" "say \\"x\\"" "100%%"'
    assert section["directory"] == "/data/50%%/kafka"
    assert section["environment"] == 'LEVEL="50%%",QUOTED="a\\"b"'


def test_a_program_runs_as_its_own_user_only_when_it_has_one() -> None:
    config = Config.read({})
    assert "user" not in _section(render_programs(config, [_program()]), "program:kafka")
    own = _section(render_programs(config, [_program(user="nexync-dev")]), "program:kafka")
    assert own["user"] == "nexync-dev"


def test_every_process_carries_the_mark_of_its_instance() -> None:
    config = Config.read({})
    section = _section(render_main(config), "supervisord")
    assert section["environment"] == f'NEXYNC_DEV_INSTANCE="{config.identity}"'


@pytest.mark.parametrize("folder", ["/srv/nexync", "/srv/" + "long/" * 30])
def test_the_socket_path_is_never_too_long(folder: str) -> None:
    """The kernel takes about 107 bytes."""
    assert len(str(socket_path(Config.read({"NEXYNC_STATE": folder})))) <= 107
