"""The next release is this repository's source with the differences that an upgrade has to survive."""

import subprocess
from pathlib import Path

import pytest

from nexync_e2e.cluster.next_release import UnexpectedSourceError, make, migrations, number
from nexync_e2e.settings import cluster_settings


def test_the_next_release_has_one_migration_more_and_another_version(tmp_path: Path) -> None:
    """In a copy; the repository itself is not touched."""
    root = cluster_settings().root
    before = [number(path) for path in migrations(root / "charts" / "nexync")]
    version = make(root, tmp_path)
    expected = [*before, before[-1] + 1]
    assert [number(path) for path in migrations(tmp_path / "charts" / "nexync")] == expected
    assert (
        sorted(number(path) for path in (tmp_path / "operators/migrations").glob("*.sql"))
        == expected
    )
    assert f"appVersion: {version}\n" in (tmp_path / "charts/svc-chat/Chart.yaml").read_text()
    assert f"appVersion: {version}\n" not in (root / "charts/svc-chat/Chart.yaml").read_text()
    assert (tmp_path / "charts/nexync/charts/svc-chat/Chart.yaml").is_file()
    needed = (tmp_path / "svc-chat/src/svc_chat/app.py").read_text()
    assert f"NEEDED_MIGRATION: Final = {expected[-1]}\n" in needed
    assert [number(path) for path in migrations(root / "charts" / "nexync")] == before


def test_a_source_that_looks_different_is_named(tmp_path: Path) -> None:
    """Rather than a next release that is the same as this one."""
    broken = tmp_path / "broken"
    make(cluster_settings().root, broken)
    subprocess.run(("git", "init", "--quiet", str(broken)), check=True, timeout=20)
    with pytest.raises(UnexpectedSourceError, match="rename_chats"):
        make(broken, tmp_path / "again")
