"""What is generated for the charts follows from what is written down, and nothing may be missing."""

import json
from pathlib import Path

import pytest

from nexync_charts import __main__ as command
from nexync_charts import readme, shapes

ROOT = Path(__file__).parents[3]


def test_nothing_generated_is_out_of_date() -> None:
    for name, text in command.outputs(ROOT).items():
        assert (ROOT / name).read_text() == text, f"{name}: run `make generate`"


def test_no_migration_is_kept_that_is_no_more() -> None:
    copies = {path.name for path in (ROOT / "charts/nexync/files/migrations").iterdir()}
    assert copies == {path.name for path in (ROOT / "operators/migrations").glob("*.sql")}


@pytest.mark.parametrize("model", command.CHARTS.values(), ids=command.CHARTS)
def test_unknown_keys_are_refused(model: type[shapes.Strict]) -> None:
    assert json.loads(command.schema(model))["additionalProperties"] is False


def test_every_value_needs_a_comment() -> None:
    with pytest.raises(readme.UncommentedValueError, match=r"a\.c has no"):
        readme.rows("a:\n  # -- Fine.\n  b: 1\n  c: 2\n", {"a": {"b": 1, "c": 2}})


def test_a_commented_object_is_one_row() -> None:
    rows = readme.rows("# -- All of it.\na:\n  b: 1\n", {"a": {"b": 1}})
    assert [(row.path, row.default, row.text) for row in rows] == [("a", {"b": 1}, "All of it.")]
