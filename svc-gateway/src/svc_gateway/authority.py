"""Memberships and sessions that a removal or a logout can't have slipped by; read again after a doubt."""

import asyncio
from typing import Final

from nexync_contracts.errors import CloseCode
from nexync_contracts.ids import PersonId
from nexync_runtime import log
from svc_gateway.errors import BackendAwayError
from svc_gateway.membership import Membership
from svc_gateway.metrics import Counts
from svc_gateway.people import People, Person, PersonSocket
from svc_gateway.ports import Chats, Sessions, Sleep, Spawn
from svc_gateway.rooms import Room

CONCURRENT: Final = 8
BULK: Final = 1_000

_log = log.get("authority")


class MembershipAuthority:
    """Voids what is kept about people and reads it again."""

    def __init__(
        self,
        *,
        people: People,
        membership: Membership,
        chats: Chats,
        sessions: Sessions,
        spawn: Spawn,
        sleep: Sleep,
        counts: Counts,
    ) -> None:
        self._people = people
        self._membership = membership
        self._chats = chats
        self._sessions = sessions
        self._spawn = spawn
        self._sleep = sleep
        self._counts = counts
        self._doubts = 0
        self._again: set[PersonId] = set()
        self._reading = False

    def void(self, reason: str) -> None:
        """Sends get `retry` from now on."""
        del reason
        self._doubts += 1
        self._counts.authority_void = 1
        self._people.void()

    async def restore(self) -> None:
        """Check all sessions, then read everybody's streams; each person may send as soon as theirs are read.

        Raises BackendAwayError; what was read by then counts. A new doubt meanwhile ends it without effect.
        """
        doubts = self._doubts
        await self._check_sessions()
        turns = asyncio.Semaphore(CONCURRENT)
        failed: list[BackendAwayError] = []

        async def read(person: Person) -> None:
            async with turns:
                if failed or doubts != self._doubts:
                    return
                try:
                    await self._read(person)
                except BackendAwayError as error:
                    failed.append(error)
                    return
                if doubts == self._doubts:
                    person.fresh = True

        async with asyncio.TaskGroup() as group:
            for person in self._people.all():
                if person.ready and not person.fresh:
                    group.create_task(read(person), name="read-memberships")
        if failed:
            raise failed[0]
        if doubts == self._doubts:
            self._counts.authority_void = 0

    def reread(self, room: Room) -> None:
        """Events of the room were jumped over: read the streams of everybody in it again."""
        for person in self._people.readers(room):
            if person.ready:
                person.fresh = False
                self._again.add(person.id)
        if self._again and not self._reading:
            self._reading = True
            self._spawn(self._read_again(), "reread-memberships")

    async def _read_again(self) -> None:
        try:
            while self._again:
                person = self._people.get(self._again.pop())
                if person is None:
                    continue
                doubts = self._doubts
                try:
                    await self._read(person)
                except BackendAwayError as error:
                    _log.warning("memberships not read", reason=str(error), person=person.id)
                    self._again.add(person.id)
                    await self._sleep(0.5)
                    continue
                if doubts == self._doubts:
                    person.fresh = True
        finally:
            self._reading = False

    async def _read(self, person: Person) -> None:
        await self._membership.reconcile(person, await self._chats.streams(person.id))

    async def _check_sessions(self) -> None:
        sockets: list[PersonSocket] = [
            socket for person in self._people.all() for socket in person.sockets
        ]
        sessions = sorted({socket.session for socket in sockets})
        alive: set[str] = set()
        for start in range(0, len(sessions), BULK):
            alive |= await self._sessions.alive(sessions[start : start + BULK])
        known = set(sessions)
        for socket in sockets:
            if socket.session in known and socket.session not in alive:
                socket.close(CloseCode.SESSION_ENDED, "logged out")
