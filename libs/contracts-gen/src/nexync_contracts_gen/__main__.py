"""The command: write the generated files, or with `--check` fail when one of them is out of date."""

import argparse
import sys
from pathlib import Path

from nexync_contracts_gen import asyncapi, goldens, openapi, typescript


def outputs() -> dict[str, str]:
    """Every generated file by its path below the repository, with the text it must have."""
    return {
        "docs/api/openapi.json": openapi.render(),
        "docs/api/asyncapi.json": asyncapi.render(),
        "svc-web/src/shared/contracts/generated.ts": typescript.render(),
        **{f"libs/contracts/goldens/{name}": text for name, text in goldens.render().items()},
    }


def main() -> int:
    """Exit code 0 when all files are (now) as they must be, 1 when `--check` found a difference."""
    parser = argparse.ArgumentParser(prog="nexync_contracts_gen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository")
    arguments = parser.parse_args()
    check: bool = arguments.check
    root: Path = arguments.root
    stale: list[str] = []
    for name, text in outputs().items():
        path = root / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{'out of date' if check else 'wrote'}: {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
