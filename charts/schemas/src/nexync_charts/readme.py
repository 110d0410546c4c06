"""A chart's README from its Chart.yaml and the comments of its values.yaml (`# -- text` above a key)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

_KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z][\w-]*):")
_COMMENT = re.compile(r"^ *# -- (?P<text>.+)$")


class UncommentedValueError(Exception):
    """A value has no comment; the message names it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value."""

    path: str
    default: object
    text: str


def _comments(source: str) -> Mapping[tuple[str, ...], str]:
    """Comments by the path of the key below them."""
    found: dict[tuple[str, ...], str] = {}
    stack: list[tuple[int, str]] = []
    pending = ""
    for line in source.splitlines():
        if match := _COMMENT.match(line):
            pending = match["text"]
        elif match := _KEY.match(line):
            indent = len(match["indent"])
            while stack and stack[-1][0] >= indent:
                stack.pop()
            stack.append((indent, match["key"]))
            if pending:
                found[tuple(key for _, key in stack)] = pending
            pending = ""
    return found


def rows(source: str, values: Mapping[str, Any]) -> list[Row]:
    """All values with their comments. Raises UncommentedValueError."""
    return list(_rows((), values, _comments(source)))


def _rows(
    path: tuple[str, ...], values: Mapping[str, Any], comments: Mapping[tuple[str, ...], str]
) -> Iterator[Row]:
    for key, value in values.items():
        here = (*path, key)
        if here in comments:
            yield Row(".".join(here), value, comments[here])
        elif isinstance(value, dict) and value:
            yield from _rows(here, cast("dict[str, Any]", value), comments)
        else:
            raise UncommentedValueError(f"{'.'.join(here)} has no `# --` comment")


def render(chart: Mapping[str, Any], source: str, values: Mapping[str, Any]) -> str:
    """The README's text."""
    name = str(chart["name"])
    first = source.splitlines()[0].removeprefix("# ")
    table = "\n".join(
        f"| `{row.path}` | {_default(row.default)} | {row.text.replace('|', chr(92) + '|')} |"
        for row in rows(source, values)
    )
    return f"""# {name}

{chart["description"]}. Version {chart["version"]}, Kubernetes {chart["kubeVersion"].removesuffix("-0")}.

{first}

    helm install {name if name.startswith("nexync") else "my-" + name} charts/{name}

How the charts belong together, what is checked and what stays behind: [charts](../README.md).

## Values

Generated from `values.yaml`; unknown keys are refused by `values.schema.json`.

| value | default | meaning |
|---|---|---|
{table}
"""


def _default(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`".replace("|", "\\|")
