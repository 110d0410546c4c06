"""Resending: the same ids, oldest first, within the limit."""

import pytest

from nexync_client.errors import OutboxFullError
from nexync_client.ids import client_id
from nexync_client.outbox import Outbox
from nexync_contracts import limits
from nexync_contracts.frames import SendFrame
from nexync_contracts.ids import ChatId

CHAT = ChatId("0190a000-0000-7000-8000-000000000000")


def frame(number: int) -> SendFrame:
    """A send made at that millisecond."""
    return SendFrame(id=client_id(number), chat=CHAT, body=str(number))


def bodies(outbox: Outbox) -> list[str]:
    """The texts of what is due."""
    return [due.body for due in outbox.due() if isinstance(due, SendFrame)]


def test_never_more_unacknowledged_than_the_limit() -> None:
    """The rest waits for acks."""
    outbox = Outbox()
    sendings = [outbox.add(frame(number), 0.0) for number in range(40)]
    assert len(outbox.due()) == limits.UNACKNOWLEDGED_SENDS
    assert outbox.due() == []
    outbox.acked(sendings[0].frame.id, 1.0)
    assert bodies(outbox) == [str(limits.UNACKNOWLEDGED_SENDS)]


def test_a_new_socket_gets_what_has_no_outcome_oldest_first() -> None:
    """Also what was acknowledged, since its outcome may have passed while away."""
    outbox = Outbox()
    first, second, third = (outbox.add(frame(number), 0.0) for number in range(3))
    outbox.due()
    outbox.acked(first.frame.id, 1.0)
    outbox.accepted(second.frame.id, 7)
    outbox.reconnected()
    assert bodies(outbox) == ["0", "2"]
    assert third.resent == 1


def test_trusting_acks_sends_only_what_has_none() -> None:
    """The loss checker takes an ack for the promise that it is."""
    outbox = Outbox(trust_acks=True)
    first = outbox.add(frame(0), 0.0)
    outbox.add(frame(1), 0.0)
    outbox.due()
    outbox.acked(first.frame.id, 1.0)
    outbox.reconnected()
    assert bodies(outbox) == ["1"]


def test_retry_sends_the_refused_and_all_later_ones_again() -> None:
    """So the order holds."""
    outbox = Outbox()
    sendings = [outbox.add(frame(number), 0.0) for number in range(3)]
    outbox.due()
    outbox.retry(sendings[1].frame.id)
    assert bodies(outbox) == ["1", "2"]


def test_a_refused_one_comes_again_also_when_its_outcome_is_known() -> None:
    """Whoever refused it lets no later one pass before; a new socket doesn't wait for it."""
    outbox = Outbox()
    first, second, third = (outbox.add(frame(number), 0.0) for number in range(3))
    outbox.due()
    outbox.accepted(first.frame.id, 7)
    outbox.acked(second.frame.id, 1.0)
    outbox.retry(first.frame.id)
    assert bodies(outbox) == ["0", "2"]
    outbox.retry(second.frame.id)
    assert bodies(outbox) == ["1", "2"]
    outbox.retry(first.frame.id)
    outbox.reconnected()
    assert bodies(outbox) == ["1", "2"]
    assert third.resent == 3


def test_no_copy_is_written_of_what_waits_for_its_turn() -> None:
    """It would be before those that it waits behind."""
    outbox = Outbox()
    first, second = (outbox.add(frame(number), 0.0) for number in range(2))
    outbox.due()
    assert outbox.may_write(second.frame.id)
    outbox.retry(first.frame.id)
    assert not outbox.may_write(second.frame.id)


def test_a_full_outbox_says_so() -> None:
    """What an endless loop of sends meets, instead of a full memory."""
    outbox = Outbox(room=2)
    first = outbox.add(frame(0), 0.0)
    outbox.add(frame(1), 0.0)
    with pytest.raises(OutboxFullError, match="2 commands"):
        outbox.add(frame(2), 0.0)
    outbox.acked(first.frame.id, 1.0)
    outbox.add(frame(2), 0.0)


def test_settled_commands_are_forgotten_and_told_once() -> None:
    """Only the newest stay, and a second outcome of the same is no news."""
    outbox = Outbox(remember=1)
    first, second = (outbox.add(frame(number), 0.0) for number in range(2))
    assert outbox.accepted(first.frame.id, 1) is first
    assert outbox.accepted(first.frame.id, 1) is None
    assert outbox.rejected(second.frame.id, "not_a_member") is second
    assert list(outbox.all) == [second.frame.id]
    assert outbox.unsettled == 0
