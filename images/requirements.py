"""What a package of this workspace needs, taken from the pyproject.toml files.

Runs while an image is built, on the standard library alone. For each package it writes
`<package>.in`, the third-party requirements of the package and of its own libraries as they stand
in their pyproject.toml, and `<package>.own`, the names of the workspace's packages among them. The
versions come from requirements.lock: the folder of wheels that pip chooses from holds nothing else.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the workspace."""

    name: str
    folder: Path
    needs: tuple[str, ...]


def read(root: Path) -> dict[str, Package]:
    """The packages below `root` by name."""
    packages: dict[str, Package] = {}
    for file in sorted([*root.glob("*/pyproject.toml"), *root.glob("libs/*/pyproject.toml")]):
        project = tomllib.loads(file.read_text())["project"]
        packages[project["name"]] = Package(
            project["name"], file.parent, tuple(project.get("dependencies", ()))
        )
    return packages


def name_of(requirement: str) -> str:
    """The normalised name of what `requirement` asks for. Raises `ValueError` without one."""
    found = _NAME.match(requirement)
    if found is None:
        raise ValueError(f"{requirement!r} names no package.")
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def own(packages: Mapping[str, Package], name: str) -> list[str]:
    """`name` and the workspace's packages it needs, directly or not, sorted."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [need for need in map(name_of, packages[one].needs) if need in packages]
    return sorted(found)


def third_party(packages: Mapping[str, Package], name: str) -> list[str]:
    """The requirements that `name` and its own libraries state, sorted, each once."""

    def every() -> Iterator[str]:
        for one in own(packages, name):
            yield from packages[one].needs

    return sorted({need for need in every() if name_of(need) not in packages})


def main() -> None:
    """`requirements.py WORKSPACE FOLDER`: write the two files of every package into FOLDER."""
    root, folder = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    packages = read(root)
    for name in packages:
        _ = (folder / f"{name}.in").write_text("\n".join(third_party(packages, name)) + "\n")
        _ = (folder / f"{name}.own").write_text("\n".join(own(packages, name)) + "\n")


if __name__ == "__main__":
    main()
