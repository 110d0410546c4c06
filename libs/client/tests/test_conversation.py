"""The conversation against a model of the server, in fake time: nothing lost, nothing double, in order."""

from collections.abc import Callable
from typing import Final

from conversation_world import FAR, ME, OTHER, STREAM, World
from hypothesis import given, settings
from hypothesis import strategies as st

from nexync_client import happenings as tell
from nexync_client.backoff import Backoff
from nexync_client.conversation import CONNECT_SECONDS, RESUME_SECONDS
from nexync_client.inbox import seen_event
from nexync_client.options import Options
from nexync_contracts import frames, limits
from nexync_contracts.errors import CloseCode, RejectCode
from nexync_contracts.ids import CommandId, Stream

STEPS: Final[dict[str, Callable[[World, int], None]]] = {
    "say": lambda world, _: world.say(f"message {len(world.sent)}"),
    "other": lambda world, number: world.decide(by=OTHER, publish=bool(number % 3)),
    "up": lambda world, number: world.up(world.some(number)),
    "down": lambda world, number: world.down(world.some(number)),
    "drop": lambda world, number: world.drop(world.some(number)),
    "decide": lambda world, _: world.decide(),
    "decide unheard": lambda world, _: world.decide(publish=False),
    "refuse": lambda world, _: setattr(world, "refuse", 503),
    "drain": lambda world, _: world.drain(),
    "busy": lambda world, number: setattr(world, "busy", 1 + number),
    "read": lambda world, _: world.read(),
    "sleep": lambda world, number: world.sleep((0.1, 0.7, 3.0, 20.0)[number % 4]),
}
"""What can happen; the number chooses among sockets or sizes."""


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 3)), max_size=80))
def test_whatever_happens_all_is_there_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    """After any storm and a while of quiet the client has the log, and the log has the messages."""
    world = World(Options(history=True, backoff=Backoff(0.1, 0.2, 1.0)))
    world.begin()
    for name, number in steps:
        STEPS[name](world, number)
    for _ in range(12):
        world.settle()
        world.sleep(5.0)
    world.settle()
    mine = [event.id for event in world.log if event.by == ME]
    assert mine == world.sent
    assert world.closed() == [seen_event(event) for event in world.log]
    assert world.conversation.outbox.unsettled == 0
    assert world.of(tell.Settled) == len(world.sent)
    assert world.most_unacknowledged <= limits.UNACKNOWLEDGED_SENDS


def test_ids_are_made_on_the_servers_time() -> None:
    """A client whose clock is fifty years behind is no trouble."""
    world = World()
    world.begin()
    assert world.conversation.clock.unix_ms(world.now + 1.5) == 1_760_000_001_500


def test_a_drained_socket_is_closed_after_another_one_has_resumed() -> None:
    """So the client is never away."""
    world = World()
    world.begin()
    world.drain()
    world.down(1)
    assert sorted(world.wires) == [1, 2]
    assert world.conversation.current == 1
    world.say("still through the first")
    world.settle()
    assert sorted(world.wires) == [2]
    assert world.conversation.current == 2
    assert world.of(tell.Live) == 2
    assert world.of(tell.Away) == 0
    assert [event.id for event in world.log] == world.sent


def test_addresses_are_tried_in_turn_and_later_and_later() -> None:
    """Each failure doubles the longest wait."""
    world = World(Options(backoff=Backoff(1.0, 1.0, 64.0)))
    world.silent = True
    world.begin()
    waits: list[float] = []
    for _ in range(8):
        began = world.now
        while (moment := world.conversation.next_wake()) is not None:
            world.now = moment
            tried = len(world.addresses)
            world.conversation.wake(world.now)
            world.perform()
            if len(world.addresses) > tried:
                break
        waits.append(world.now - began - CONNECT_SECONDS)
    assert world.addresses[:4] == ["ws://a", "ws://b", "ws://a", "ws://b"]
    assert all(1.0 <= wait <= max(1.0, 2.0 ** (number + 1)) for number, wait in enumerate(waits))
    assert max(waits) > 10


def test_a_gateway_that_never_resumes_is_left() -> None:
    """A handshake alone is not a conversation."""
    world = World()
    world.conversation.start(world.now)
    world.perform()
    assert len(world.addresses) == 1
    world.sleep(RESUME_SECONDS + 1.0)
    assert len(world.addresses) == 2


def test_a_silent_socket_is_given_up_unless_one_looks_on() -> None:
    """A connection whose other end vanished tells nobody; the loss checker wants to see just that."""
    world = World()
    world.begin()
    world.sleep(46.0)
    assert world.of(tell.Away) == 1
    patient = World(Options(silence_seconds=0))
    patient.begin()
    patient.sleep(600.0)
    assert patient.of(tell.Away) == 0


def test_terminal_codes_end_it_and_others_do_not() -> None:
    """From 4500 on a client must not come back."""
    world = World()
    world.begin()
    world.drop(1, CloseCode.RESTART)
    assert world.of(tell.Ended) == 0
    world.sleep(1.0)
    world.settle()
    world.drop(2, CloseCode.SESSION_ENDED)
    assert world.told[-1] == tell.Ended(CloseCode.SESSION_ENDED)
    world.sleep(600.0)
    assert len(world.addresses) == 2


def test_an_unknown_token_is_renewed_before_the_next_try() -> None:
    """And where nothing can be renewed it is over."""
    world = World()
    world.begin()
    world.drop(1, CloseCode.UNAUTHENTICATED)
    world.sleep(600.0)
    assert world.renewals == 1
    assert len(world.addresses) == 1
    world.conversation.renewed(world.now, possible=True)
    world.sleep(1.0)
    world.settle()
    assert world.conversation.live
    world.drop(2, CloseCode.UNAUTHENTICATED)
    world.conversation.renewed(world.now, possible=False)
    world.perform()
    assert world.told[-1] == tell.Ended(CloseCode.UNAUTHENTICATED)


def test_a_new_client_begins_now() -> None:
    """A bot doesn't answer what was said before it came."""
    world = World(begin=False)
    world.decide(by=OTHER)
    world.begin()
    assert not world.closed()
    assert not world.reading
    world.decide(by=OTHER)
    world.settle()
    assert [piece.first for piece in world.closed()] == [2]


def test_a_client_with_heads_goes_on_from_there_even_far_behind() -> None:
    """What the gateway doesn't bring is read over REST."""
    world = World()
    for _ in range(FAR + 4):
        world.decide(by=OTHER)
    world.begin()
    assert [piece.first for piece in world.closed()] == list(range(1, FAR + 5))
    assert world.of(tell.WasReset) == 1


def test_a_reading_that_fails_is_tried_again_and_one_of_a_lost_chat_is_not() -> None:
    """503 passes, 404 doesn't."""
    world = World()
    for _ in range(FAR + 1):
        world.decide(by=OTHER)
    world.conversation.start(world.now)
    world.perform()
    world.up(1)
    world.down(1)
    world.up(1)
    world.down(1)
    world.reading.clear()
    world.conversation.unfetched(STREAM, world.now, for_good=False)
    world.sleep(2.0)
    assert [fetch.after for fetch in world.reading] == [0]
    world.reading.clear()
    world.conversation.unfetched(STREAM, world.now, for_good=True)
    world.sleep(10.0)
    assert not world.reading


def test_a_rejection_is_told_with_its_code() -> None:
    """Once, although the server may say it twice."""
    world = World()
    world.begin()
    world.say("no")
    rejected = frames.RejectedFrame(id=CommandId(world.sent[0]), code=RejectCode.NOT_A_MEMBER)
    for _ in range(2):
        world.conversation.received(1, rejected, world.now)
    world.perform()
    settled = [one.sending.code for one in world.told if isinstance(one, tell.Settled)]
    assert settled == [RejectCode.NOT_A_MEMBER]


def test_a_hole_is_asked_for_at_once() -> None:
    """Without waiting for the next check."""
    world = World()
    world.begin()
    world.decide(by=OTHER, publish=False)
    world.decide(by=OTHER)
    world.settle()
    assert [piece.first for piece in world.closed()] == [1, 2]
    assert (world.of(tell.HoleOpened), world.of(tell.HoleClosed)) == (1, 1)


def test_what_came_while_a_chat_was_read_joins_on() -> None:
    """A hole behind what was read is asked for; during the reading nothing is."""
    world = World(Options(history=True, check_seconds=0))
    for _ in range(FAR + 1):
        world.decide(by=OTHER)
    world.conversation.start(world.now)
    world.perform()
    for _ in range(3):
        world.up(1)
        world.down(1)
    reading = world.reading.pop()
    early = [seen_event(event) for event in world.log]
    world.decide(by=OTHER, publish=False)
    world.decide(by=OTHER)
    while world.wires[1].down:
        world.down(1)
    assert not world.wires[1].up
    world.conversation.fetched(reading.stream, reading.at_least, early, world.now)
    world.perform()
    world.settle()
    assert [piece.first for piece in world.closed()] == list(range(1, FAR + 4))


def test_nothing_is_asked_for_where_repair_is_off() -> None:
    """The loss checker's twin sees a hole stay a hole."""
    world = World(Options(repair=False))
    world.begin()
    world.decide(by=OTHER, publish=False)
    world.decide(by=OTHER)
    world.settle()
    world.sleep(44.0)
    world.settle()
    assert world.conversation.streams.inboxes[STREAM].hole
    assert [one.asked for one in world.told if isinstance(one, tell.HoleOpened)] == [False]


def test_checks_come_to_all_streams_in_turn() -> None:
    """With more streams than one check may name."""
    world = World()
    names = [Stream(f"c:0190a000-0000-4000-8000-{number:012x}") for number in range(100)]
    for name in names:
        world.conversation.streams.inbox(name, 1)
    first = world.conversation.streams.heads_to_check()
    second = world.conversation.streams.heads_to_check()
    assert len(first) == 64
    assert set(first) | set(second) == set(world.conversation.streams.inboxes)


def test_observers_are_told_each_step_of_a_command_and_its_socket() -> None:
    """By these the loss checker says how an order came about."""
    world = World()
    world.begin()
    world.busy = 1
    world.say("one")
    world.settle()
    world.sleep(1.0)
    world.settle()
    steps = [
        (one.socket, one.step, one.reason) for one in world.told if isinstance(one, tell.Traced)
    ]
    assert steps == [
        (1, "written", ""),
        (1, "refused", "busy"),
        (1, "written", ""),
        (1, "acked", ""),
    ]
    assert {one.id for one in world.told if isinstance(one, tell.Traced)} == set(world.sent)
