"""`python -m svc_auth admin …`: who is an administrator and who is erased, by the hand of who runs the machines."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import psycopg

from nexync_contracts.admin_rest import AdminRole
from nexync_runtime import postgres
from svc_auth.adapters.postgres_administration import PostgresAdministration
from svc_auth.admin_ports import NotDone
from svc_auth.settings import AdminSettings

_ABOUT: Final = "Who is an administrator and who is erased, by the hand of who runs the machines."
_WORDS: Final = {
    NotDone.LAST_ADMIN: "is the last administrator; make another one first",
    NotDone.BY_SETTINGS: "is named in NEXYNC_ADMINS; change that instead",
    NotDone.NO_PERSON: "is locked, or a bot",
    NotDone.UNKNOWN: "is nobody who proved an address",
    NotDone.NOT_ADMIN: "can't be changed",
    NotDone.ONESELF: "can't be changed",
}


def run(settings: AdminSettings, arguments: Sequence[str]) -> int:
    """The command; its exit code. Says what it did on stdout, or on stderr why not."""
    parser = argparse.ArgumentParser(prog="python -m svc_auth admin", description=_ABOUT)
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    for name, words in (
        ("grant", "make somebody an administrator"),
        ("revoke", "make somebody an administrator no longer"),
    ):
        commands.add_parser(name, help=words).add_argument("username", help="without the @")
    erase = commands.add_parser("erase", help="erase an account for good, without a grace period")
    erase.add_argument("username", help="without the @")
    commands.add_parser("list", help="all administrators, one a line")
    asked = parser.parse_args(arguments)
    match asked.command:
        case "list":
            work = _list(settings)
        case "erase":
            work = _erase(settings, asked.username)
        case _:
            work = _set(settings, asked.username, admin=asked.command == "grant")
    try:
        return asyncio.run(work)
    except psycopg.OperationalError as error:
        said = f"Postgres doesn't answer ({type(error).__name__}); `list` says how it is\n"
        sys.stderr.write(said)
        return 1


async def _set(settings: AdminSettings, username: str, *, admin: bool) -> int:
    async with _pool(settings) as pool:
        administration = PostgresAdministration(pool, settings.admin_emails)
        person = await administration.named(username.lower())
        done = (
            NotDone.UNKNOWN
            if person is None
            else await administration.set_role(None, person, datetime.now(UTC), admin=admin)
        )
    if isinstance(done, NotDone):
        sys.stderr.write(f"{username} {_WORDS[done]}; nothing was changed\n")
        return 1
    said = "is an administrator" if admin else "is no administrator"
    sys.stdout.write(f"{done.managed.username} ({done.managed.email}) {said}\n")
    return 0


async def _erase(settings: AdminSettings, username: str) -> int:
    """The running services do the work within seconds; for who can't log in any more, and wants to be gone."""
    async with _pool(settings) as pool:
        administration = PostgresAdministration(pool, settings.admin_emails)
        person = await administration.named(username.lower())
        now = datetime.now(UTC)
        done = (
            NotDone.UNKNOWN
            if person is None
            else await administration.erase(None, person, now, None, now)
        )
    if isinstance(done, NotDone):
        sys.stderr.write(f"{username} {_WORDS[done]}; nothing was changed\n")
        return 1
    sys.stdout.write(f"{done.managed.username} ({done.managed.email}) is being erased\n")
    return 0


async def _list(settings: AdminSettings) -> int:
    async with _pool(settings) as pool:
        found = await PostgresAdministration(pool, settings.admin_emails).admins()
    for one in found:
        by = " by NEXYNC_ADMINS" if one.role is AdminRole.SETTINGS else ""
        sys.stdout.write(f"{one.username}\t{one.email}{by}\n")
    return 0


def _pool(settings: AdminSettings) -> postgres.Pool:
    return postgres.open_pool(
        settings.postgres_url, application="svc-auth admin", size=1, ca_file=settings.ca_file
    )
