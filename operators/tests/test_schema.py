"""Which migrations are applied, and what is refused."""

from pathlib import Path

import pytest

from nexync_operator import schema
from nexync_operator.errors import RefusedError


def _write(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_text(f"CREATE TABLE t_{name[:4]} ();\n")
    return folder


def test_the_release_finds_its_own_migrations() -> None:
    """The folder beside the sources is found without an option and is well-formed."""
    assert [migration.number for migration in schema.load(schema.find_folder())][:3] == [1, 2, 3]


def test_only_what_is_new_is_pending(tmp_path: Path) -> None:
    """Applied files are skipped by number and checksum."""
    one, two = schema.load(_write(tmp_path, "0001_a.sql", "0002_b.sql"))
    assert schema.pending((one, two), {}) == (one, two)
    assert schema.pending((one, two), {1: one.checksum}) == (two,)
    assert schema.pending((one, two), {1: one.checksum, 2: two.checksum}) == ()


def test_a_database_ahead_of_the_files_is_left_alone(tmp_path: Path) -> None:
    """After a rollback the older release finds nothing to do."""
    (one,) = schema.load(_write(tmp_path, "0001_a.sql"))
    assert schema.pending((one,), {1: one.checksum, 2: "later"}) == ()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    """History is not rewritten, and the line names the file."""
    (one,) = schema.load(_write(tmp_path, "0001_a.sql"))
    with pytest.raises(RefusedError, match="0001_a was changed"):
        schema.pending((one,), {1: "other"})


def test_line_ends_do_not_change_the_checksum(tmp_path: Path) -> None:
    """A checkout with CRLF is the same migration."""
    path = tmp_path / "0001_a.sql"
    path.write_bytes(b"SELECT 1;\n")
    before = schema.load(tmp_path)
    path.write_bytes(b"SELECT 1;\r\n")
    assert schema.load(tmp_path) == before


def test_a_gap_in_the_database_is_refused(tmp_path: Path) -> None:
    """Order is linear: 2 without 1 is somebody's hand."""
    one, two = schema.load(_write(tmp_path, "0001_a.sql", "0002_b.sql"))
    with pytest.raises(RefusedError, match="0001 is missing"):
        schema.pending((one, two), {2: two.checksum})


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("0001_a.sql", "0003_c.sql"), "expected migration 0002"),
        (("0002_a.sql",), "expected migration 0001"),
        (("0001_a.sql", "0001_b.sql"), "expected migration 0002"),
        (("1_a.sql",), "is not named"),
        ((), "holds no migrations"),
    ],
)
def test_a_folder_out_of_order_is_refused(
    tmp_path: Path, names: tuple[str, ...], words: str
) -> None:
    """Gaps, doubles and wrong names are found before the database is touched."""
    with pytest.raises(RefusedError, match=words):
        schema.load(_write(tmp_path, *names))


def test_transaction_control_is_refused(tmp_path: Path) -> None:
    """A COMMIT inside a file would break "one transaction each"."""
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a ();\ncommit;\n")
    with pytest.raises(RefusedError, match="controls the transaction"):
        schema.load(tmp_path)
