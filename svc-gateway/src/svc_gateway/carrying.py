"""What is known of the files that a message carries: facts that never change, which svc-chat tells.

svc-chat keeps what it was asked about for a day, so that no file is removed while its message is on the way to
Postgres. What is remembered here is asked for again long before that.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from nexync_contracts.attachments import Attachment
from nexync_contracts.ids import AttachmentId, PersonId
from svc_gateway.ports import Chats, Clock

KEPT: Final = 5_000
"""Files remembered; beyond that the ones asked for longest ago are forgotten, and asked for again."""

KEPT_SECONDS: Final = 600.0


class Files:
    """Ready uploads by (owner, id). What isn't the owner's, or isn't ready, is in no answer and not remembered."""

    def __init__(self, chats: Chats, clock: Clock) -> None:
        self._chats = chats
        self._clock = clock
        self._known: OrderedDict[tuple[PersonId, AttachmentId], tuple[float, Attachment]] = (
            OrderedDict()
        )

    def known(self, person: PersonId, files: Sequence[AttachmentId]) -> bool:
        """Whether `found` has all of them without asking."""
        after = self._clock.monotonic() - KEPT_SECONDS
        entries = (self._known.get((person, file)) for file in files)
        return all(entry is not None and entry[0] > after for entry in entries)

    def found(self, person: PersonId, files: Sequence[AttachmentId]) -> tuple[Attachment, ...]:
        """Those of the person's that are ready, in the order of `files`. The log judges whether one lacks."""
        entries = (self._known.get((person, file)) for file in files)
        return tuple(entry[1] for entry in entries if entry is not None)

    async def read(self, person: PersonId, files: Sequence[AttachmentId]) -> None:
        """Ask svc-chat. Raises BackendAwayError."""
        for file in files:
            self._known.pop((person, file), None)
        answer = await self._chats.attachments(person, files)
        now = self._clock.monotonic()
        for attachment in answer:
            self._known[person, attachment.id] = (now, attachment)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
