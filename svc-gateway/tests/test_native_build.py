"""What installing the gateway compiles, with a compiler and without."""

from pathlib import Path

import pytest
from native_build import LIBRARY, compiled, copied, native


def test_the_library_is_built_and_loads() -> None:
    assert native()


def test_without_a_compiler_an_old_library_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    assert compiled(copied(tmp_path)) == "there is no C compiler (no-such-compiler)"
    assert not (tmp_path / LIBRARY).exists()


def test_the_compilers_words_are_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    problem = compiled(copied(tmp_path))
    assert problem is not None
    assert problem.startswith("false -std=gnu11")
