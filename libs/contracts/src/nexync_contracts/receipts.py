"""Read state between the services: records of `receipt-topic`, and what the persister tells the gateways of it."""

from typing import Annotated, Literal

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.channels import RECEIPT_BATCH
from nexync_contracts.frames import Receipt, Seq
from nexync_contracts.ids import ChatIdField, PersonIdField
from nexync_contracts.model import Tolerant


class ReceiptMark(Tolerant):
    """How far one person is in the chat, as seqs that they may see; 0 says nothing. `at` is Unix ms."""

    person: PersonIdField
    read: Seq = 0
    delivered: Seq = 0
    at: Annotated[int, Field(ge=0)]


class ReceiptRecord(Tolerant):
    """The value of a record in `receipt-topic`; its key is the chat's stream.

    Records may come twice and in any order: whoever takes them in keeps the larger of two seqs.
    """

    tag: Literal["receipts.marked"] = "receipts.marked"
    chat: ChatIdField
    marks: Annotated[tuple[ReceiptMark, ...], Field(min_length=1, max_length=RECEIPT_BATCH)]


class ReceiptsNotice(Tolerant):
    """Members of a chat have come further, on its Pub/Sub channel: for those who look, but not for everybody.

    `hidden` tell nothing of themselves, so they are told nothing. The two of a pair in `apart` are told nothing of
    each other.
    """

    chat: ChatIdField
    marks: Annotated[tuple[Receipt, ...], Field(max_length=limits.RECEIPT_MEMBERS)]
    hidden: Annotated[tuple[PersonIdField, ...], Field(max_length=limits.RECEIPT_MEMBERS)] = ()
    apart: Annotated[
        tuple[tuple[PersonIdField, PersonIdField], ...],
        Field(max_length=limits.RECEIPT_MEMBERS * limits.RECEIPT_MEMBERS),
    ] = ()
