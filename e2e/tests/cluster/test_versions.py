"""The next release's charts: this one's, and one migration more."""

from pathlib import Path

from nexync_e2e.cluster.versions import migrations, next_charts, number


def test_the_next_release_has_one_migration_more_with_the_next_number(tmp_path: Path) -> None:
    """In a copy; the charts themselves are not touched."""
    files = tmp_path / "now" / "nexync" / "files" / "migrations"
    files.mkdir(parents=True)
    for name in ("0001_a.sql", "0002_b.sql"):
        (files / name).write_text("SELECT 1;")
    umbrella = next_charts(tmp_path / "now", tmp_path)
    assert [number(path) for path in migrations(umbrella)] == [1, 2, 3]
    assert len(list(files.iterdir())) == 2
