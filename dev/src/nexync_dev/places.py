"""Folders of the backends that refuse to run as root.

As root these run as the system user `nexync-dev`. It must be able to reach its files, so when the
state folder lies below one that other users may not enter, the data goes to
`/var/lib/nexync-dev/<identity>` and the state folder holds a link to it.
"""

import os
import pwd
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from nexync_dev.config import Config
from nexync_dev.errors import DevError

USER = "nexync-dev"
_OUTSIDE = Path("/var/lib/nexync-dev")
_NEEDED_BYTES = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of the unprivileged backends and the user they run as (None: the caller)."""

    folder: Path
    user: str | None


def open_state(config: Config) -> Place:
    """Make the state folder and the unprivileged one. Raises `DevError` when the disk is full."""
    config.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(config.state).free
    if free < _NEEDED_BYTES:
        raise DevError(
            f"The disk of {config.state} has {free / 1e9:.1f} GB free, 1.5 GB are needed; "
            "free some space or set NEXYNC_STATE to a folder on another disk."
        )
    (config.state / ".gitignore").write_text("*\n")
    for folder in (config.logs, config.run, config.state / "objects", config.tools):
        folder.mkdir(parents=True, exist_ok=True)
    return _unprivileged(config)


def unprivileged_folder(config: Config) -> Path:
    """Where the unprivileged backends keep their data, whether or not it exists yet."""
    inside = config.state / "own"
    if os.geteuid() != 0:
        return inside
    if inside.is_symlink() or not _others_may_enter(config.state):
        return _OUTSIDE / config.identity
    return inside


def _unprivileged(config: Config) -> Place:
    folder = unprivileged_folder(config)
    if os.geteuid() != 0:
        folder.mkdir(mode=0o700, exist_ok=True)
        return Place(folder, None)
    _make_user()
    token = config.state / "token"
    if not token.exists():
        token.write_text(secrets.token_hex(16))
    inside = config.state / "own"
    if folder != inside:
        _OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
        _drop_if_of_another(folder, token.read_text())
        if not inside.is_symlink():
            inside.symlink_to(folder)
    folder.mkdir(mode=0o755, exist_ok=True)
    (folder / "token").write_text(token.read_text())
    shutil.chown(folder, USER, USER)
    return Place(folder, USER)


def _drop_if_of_another(folder: Path, token: str) -> None:
    """Data of a state folder that was deleted must not meet the empty log of a new one."""
    if folder.exists():
        mark = folder / "token"
        if not mark.is_file() or mark.read_text() != token:
            shutil.rmtree(folder)


def _others_may_enter(folder: Path) -> bool:
    return all(
        stat.S_IMODE(part.stat().st_mode) & stat.S_IXOTH for part in (folder, *folder.parents)
    )


def _make_user() -> None:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                str(_OUTSIDE),
                "--shell",
                "/usr/sbin/nologin",
                USER,
            ],
            check=True,
            timeout=30,
        )


def give(place: Place, folder: Path) -> Path:
    """Make `folder` for the unprivileged user and return it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.user is not None:
        shutil.chown(folder, place.user, place.user)
    return folder
