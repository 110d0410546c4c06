"""The command: write what is generated for the charts, or with `--check` fail when one file is out of date."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import yaml
from pydantic import ValidationError

from nexync_charts import components, readme
from nexync_charts.backends import NexyncBackends
from nexync_charts.components import Chart
from nexync_charts.edge import Edge
from nexync_charts.readme import UncommentedValueError
from nexync_charts.shapes import Strict
from nexync_charts.umbrella import Nexync
from nexync_contracts_gen import files

CHARTS: Final[Mapping[str, type[Strict]]] = {
    "svc-gateway": components.Gateway,
    "svc-auth": components.Auth,
    "svc-chat": components.Chat,
    "svc-persister": components.Persister,
    "svc-mailer": components.Mailer,
    "svc-web": components.Web,
    "operator": components.Operator,
    "edge": Edge,
    "nexync": Nexync,
    "nexync-backends": NexyncBackends,
}


class ChartError(Exception):
    """A chart's values.yaml breaks its own contract; the message says where."""


def schema(model: type[Strict]) -> str:
    """values.schema.json: the model's JSON Schema without the titles that pydantic makes up."""
    body = cast("dict[str, Any]", _untitled(model.model_json_schema()))
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **body}, indent=2)
        + "\n"
    )


def _untitled(node: object) -> object:
    if isinstance(node, dict):
        return {
            key: _untitled(value)
            for key, value in cast("dict[str, object]", node).items()
            if not (key == "title" and isinstance(value, str))
        }
    if isinstance(node, list):
        return [_untitled(one) for one in cast("list[object]", node)]
    return node


def outputs(root: Path) -> dict[str, str]:
    """Every generated file by its path below the repository. Raises ChartError."""
    made: dict[str, str] = {
        "charts/edge/files/routes.json": (root / "dev/edge/routes.json").read_text()
    }
    for path in sorted((root / "operators/migrations").glob("*.sql")):
        made[f"charts/nexync/files/migrations/{path.name}"] = path.read_text()
    blocks: dict[str, str] = {}
    for name, model in CHARTS.items():
        folder = root / "charts" / name
        source = (folder / "values.yaml").read_text()
        values = cast("dict[str, Any]", yaml.safe_load(source))
        chart = cast("dict[str, Any]", yaml.safe_load((folder / "Chart.yaml").read_text()))
        try:
            model.model_validate(values)
            made[f"charts/{name}/README.md"] = readme.render(chart, source, values)
        except (ValidationError, UncommentedValueError) as error:
            raise ChartError(f"charts/{name}/values.yaml: {error}") from None
        made[f"charts/{name}/values.schema.json"] = schema(model)
        if issubclass(model, Chart):
            blocks[name] = _global_block(source)
    for name, block in blocks.items():
        if block != blocks["nexync"]:
            raise ChartError(f"charts/{name}/values.yaml: its global block is not the umbrella's")
    return made


def _global_block(source: str) -> str:
    lines = source.splitlines()
    start = lines.index("global:")
    end = next(
        index
        for index, line in enumerate(lines[start + 1 :], start + 1)
        if line and not line.startswith(" ")
    )
    return "\n".join(lines[start:end]).rstrip()


def main() -> int:
    """Exit code 0 when all files are (now) as they must be, 1 when `--check` found a difference."""
    root, check = files.arguments("nexync_charts", __doc__)
    try:
        made = outputs(root)
    except ChartError as error:
        print(error)
        return 1
    migrations = (root / "charts/nexync/files/migrations").glob("*.sql")
    names = [str(path.relative_to(root)) for path in migrations]
    return files.bring(made, root, check=check, gone=[name for name in names if name not in made])


if __name__ == "__main__":
    sys.exit(main())
