"""Failures of other people's tools become one telling line."""

import io
import sys
from pathlib import Path

import pytest

from nexync_dev import commands
from nexync_dev.errors import DevError
from nexync_dev.steps import Steps


def test_the_line_that_names_an_error_is_chosen() -> None:
    output = "starting\nFATAL:  could not create lock file: No space left on device\nshut down\n"
    assert commands.telling_line(output).startswith("FATAL:")
    assert commands.telling_line("one\ntwo\n") == "two"
    assert commands.telling_line("") == "it printed nothing"


def test_a_failed_command_says_why_and_where_the_rest_is(tmp_path: Path) -> None:
    log = tmp_path / "tool.log"
    script = "import sys; print('error: the disk is tired'); sys.exit(3)"
    with pytest.raises(DevError, match=r"error: the disk is tired \(all of it: .*tool\.log\)"):
        commands.run([sys.executable, "-c", script], log=log, timeout=30)
    assert log.read_text() == "error: the disk is tired\n"


def test_a_missing_tool_is_named() -> None:
    with pytest.raises(DevError, match="apt install maven"):
        commands.find("nexync-no-such-tool", package="maven")


def test_work_is_done_again_only_when_its_inputs_change(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "stamp"
    source.mkdir()
    (source / "a").write_text("1")
    first = commands.digest([source])
    assert not commands.is_done(stamp, first)
    commands.mark_done(stamp, first)
    assert commands.is_done(stamp, commands.digest([source]))
    (source / "b").write_text("2")
    assert not commands.is_done(stamp, commands.digest([source]))


def test_a_step_that_fails_is_marked() -> None:
    out = io.StringIO()
    steps = Steps(out)
    with steps.step("Fetch Kafka"):
        pass
    with pytest.raises(DevError), steps.step("kafka on port 1"):
        raise DevError("no")
    good, bad = out.getvalue().splitlines()
    assert good.startswith("  ✓ Fetch Kafka")
    assert bad.startswith("  ✗ kafka on port 1")
