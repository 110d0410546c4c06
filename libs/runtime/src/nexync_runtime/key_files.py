"""Files of symmetric keys, one a line: 32 bytes as base64, the newest first."""

import base64
import binascii
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32


class KeyFileError(Exception):
    """The file can't be used; the text names the setting and says why, without any of what is in it."""


def read_keys(setting: str, path: Path, *, most: int) -> list[bytes]:
    """The keys of the file that `setting` names, 1 to `most`. Raises KeyFileError."""
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{setting}: {path}: {type(error).__name__}") from None
    if not 1 <= len(lines) <= most:
        raise KeyFileError(f"{setting}: {path} has {len(lines)} keys, 1 to {most} are allowed")
    return [_key(f"{setting}: {path}, key {number}", line) for number, line in enumerate(lines, 1)]


def _key(where: str, line: str) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{where}: not {KEY_BYTES} bytes as base64")
    return key
