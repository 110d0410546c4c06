"""The command: write the generated files, or with `--check` fail when one of them is out of date."""

import sys

from nexync_contracts_gen import asyncapi, files, goldens, openapi, typescript


def outputs() -> dict[str, str]:
    """Every generated file by its path below the repository, with the text it must have."""
    document = openapi.render()
    return {
        "docs/api/openapi.json": document,
        "svc-web/public/openapi.json": document,
        "docs/api/asyncapi.json": asyncapi.render(),
        "svc-web/src/shared/contracts/generated.ts": typescript.render(),
        **{f"libs/contracts/goldens/{name}": text for name, text in goldens.render().items()},
    }


def main() -> int:
    """Exit code 0 when all files are (now) as they must be, 1 when `--check` found a difference."""
    root, check = files.arguments("nexync_contracts_gen", __doc__)
    return files.bring(outputs(), root, check=check)


if __name__ == "__main__":
    sys.exit(main())
