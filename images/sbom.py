"""Make a CycloneDX document the same at every build: `sbom.py IN OUT`.

What differs from one run to the next (serial number, time, the tool's own folder) is left out, and
components are sorted. Runs while an image is built, on the standard library alone.
"""

import json
import sys
from pathlib import Path
from typing import Any


def stable(document: dict[str, Any]) -> dict[str, Any]:
    """`document` without what tells when and where it was made."""
    kept = {key: value for key, value in document.items() if key != "serialNumber"}
    metadata = {key: value for key, value in kept.get("metadata", {}).items() if key != "timestamp"}
    components = sorted(
        kept.get("components", []), key=lambda one: (one["name"], one.get("version", ""))
    )
    return {**kept, "metadata": metadata, "components": components}


def main() -> None:
    """Read the first file, write the second."""
    source, target = map(Path, sys.argv[1:3])
    document = stable(json.loads(source.read_text()))
    _ = target.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
