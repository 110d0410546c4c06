"""From watermarks that moved to what is published: to the person's own pages, and to those who look at the chat."""

from collections import defaultdict
from collections.abc import Mapping

from nexync_contracts.channels import KIND_OWN, KIND_RECEIPTS, encode_published, stream_channel
from nexync_contracts.frames import ReadFrame, Receipt
from nexync_contracts.ids import ChatId, PersonId, chat_stream, person_stream
from nexync_contracts.receipts import ReceiptsNotice
from nexync_streams.watermarks import Watermark
from svc_persister.ports import Moved, Notice, Reader, Reads


def notices(moved: Mapping[Reader, Moved], reads: Reads) -> list[Notice]:
    """One a reader for the own pages, one a chat for the others; nothing of who tells nothing, or isn't there now."""
    made: list[Notice] = []
    chats: dict[ChatId, list[Receipt]] = defaultdict(list)
    for reader, (watermark, read) in moved.items():
        if read:
            frame = ReadFrame(chat=reader.chat, seq=watermark.read, n=reads.counts.get(reader))
            body = frame.model_dump_json(exclude_none=True).encode()
            channel = stream_channel(person_stream(reader.person))
            made.append(Notice(channel, encode_published(KIND_OWN, 0, 0, body)))
        if reader.person in reads.members.get(reader.chat, ()) and (
            reader.person not in reads.hidden
        ):
            chats[reader.chat].append(_receipt(reader.person, watermark))
    for chat, marks in chats.items():
        members = reads.members[chat]
        told = ReceiptsNotice(
            chat=chat,
            marks=tuple(marks),
            hidden=tuple(sorted(members & reads.hidden)),
            apart=tuple(sorted(_within(reads.apart, members))),
        )
        body = told.model_dump_json().encode()
        made.append(
            Notice(stream_channel(chat_stream(chat)), encode_published(KIND_RECEIPTS, 0, 0, body))
        )
    return made


def _receipt(person: PersonId, watermark: Watermark) -> Receipt:
    return Receipt(
        person=person,
        read=watermark.read,
        read_at=watermark.read_at,
        delivered=watermark.delivered,
        delivered_at=watermark.delivered_at,
    )


def _within(
    pairs: frozenset[tuple[PersonId, PersonId]], members: frozenset[PersonId]
) -> set[tuple[PersonId, PersonId]]:
    """Each pair once, whichever of the two blocked the other: who blocked is nobody's business."""
    return {
        (min(one, other), max(one, other))
        for one, other in pairs
        if one in members and other in members
    }
