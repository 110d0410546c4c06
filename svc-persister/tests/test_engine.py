"""The engine between its fakes: what each backend's absence, each crash and each odd record leads to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lunch_chat import message, opened
from persister_commands import ANN, BOB, CHATS, CID, LUNCH, PARTITION, PEOPLE, envelope, lunch
from persister_world import World, live

from nexync_contracts.commands import (
    AddMember,
    Command,
    CreateMessage,
    RemoveMember,
    SetHistory,
    SetRole,
    SetTagline,
)
from nexync_contracts.events import History, Role
from nexync_contracts.ids import Stream
from svc_persister.errors import (
    BrokenInvariantError,
    DeadLetterLimitError,
    FencedError,
    LostPartitionsError,
    UnknownTagError,
)


def test_an_event_is_live_before_it_is_stored() -> None:
    world = opened()
    world.add(message(2))
    world.step()
    assert live(world.windows.published, LUNCH) == [1, 2]
    assert len(world.history()) == 1
    world.step(seconds=6.0)
    world.step()
    assert [row.seq for row in world.history()] == [1, 2]


def test_membership_is_stored_at_once_and_tells_each_person() -> None:
    world = World()
    world.add(envelope(lunch(), 1))
    world.step()
    world.step()
    assert world.store.spans == {(CHATS[0], ANN, 1): None, (CHATS[0], BOB, 1): None}
    world.settle()
    for person in (ANN, BOB):
        assert [row.tag for row in world.history(Stream(f"p:{person}"))] == ["chat.joined"]
    world.add(envelope(RemoveMember(person=BOB), 2))
    world.settle()
    assert world.store.spans[CHATS[0], BOB, 1] == 2
    assert [row.tag for row in world.history(Stream(f"p:{BOB}"))] == ["chat.joined", "chat.left"]


def test_a_change_of_a_groups_state_is_stored_at_once() -> None:
    """So a read behind the answer has it; a message waits for its turn."""
    world = opened()
    world.add(envelope(SetTagline(tagline="At noon"), 2))
    world.step()
    world.step()
    assert [row.tag for row in world.history()] == ["chat.created", "chat.tagline_changed"]
    world.add(message(3))
    world.step()
    world.step()
    assert len(world.history()) == 2


def test_roles_and_history_are_in_the_rows_of_members() -> None:
    """A role is the open span's; with history there is a closed span from the beginning; the last admin's
    leaving makes the longest member one."""
    world = opened()
    world.add(
        envelope(SetRole(person=BOB, role=Role.ADMIN), 2),
        envelope(SetRole(person=BOB, role=Role.MEMBER), 3),
        envelope(SetHistory(history=History.ALL), 4),
        envelope(AddMember(person=CID), 5),
    )
    world.settle()
    chat = CHATS[0]
    assert world.store.roles[chat, BOB, 1] == "member"
    assert world.store.spans[chat, CID, 1] == 4
    assert world.store.spans[chat, CID, 5] is None
    world.add(envelope(RemoveMember(person=ANN), 6))
    world.settle()
    assert world.store.spans[chat, ANN, 1] == 6
    assert world.store.roles[chat, BOB, 1] == "admin"
    assert world.store.spans[chat, BOB, 1] is None


def test_redis_away_is_caught_up_with_windows_and_outcomes() -> None:
    world = opened()
    world.windows.away = True
    world.add(message(2), message(2))
    world.step()
    world.step(seconds=1.0)
    world.add(message(3))
    world.step(seconds=0.3)
    assert world.bodies() == ["m2"]
    world.windows.away = False
    world.step(seconds=1.0)
    assert [one.seq for one in world.windows.windows[LUNCH]][-1] == 3
    assert world.frames(ANN) == [
        {"t": "accepted", "id": message(2).id, "stream": LUNCH, "epoch": 1, "seq": 2}
    ]


def test_an_emptied_redis_gets_its_windows_back_within_a_second() -> None:
    world = opened()
    world.add(message(2), message(3))
    world.step()
    world.windows.clear()
    world.step(seconds=1.1)
    assert [one.seq for one in world.windows.windows[LUNCH]] == [2, 3]
    world.step()
    assert [row.seq for row in world.history()] == [1, 2, 3]


def test_postgres_away_holds_back_only_what_needs_it() -> None:
    world = opened()
    world.store.away = True
    other = Stream(f"c:{CHATS[1]}")
    world.add(message(2), envelope(lunch(), 3, stream=other), message(4))
    world.step()
    assert live(world.windows.published, LUNCH) == [1, 2]
    assert PARTITION in world.source.paused
    world.store.away = False
    world.step(seconds=1.1)
    assert live(world.windows.published, LUNCH) == [1, 2, 3]
    world.settle()
    assert PARTITION not in world.source.paused


def test_the_bound_pauses_the_partition_until_postgres_is_back() -> None:
    world = opened()
    world.store.away = True
    world.add(*(message(number) for number in range(2, 60)))
    for _ in range(5):
        world.step(most=10, seconds=1.0)
    assert live(world.windows.published, LUNCH)[-1] == 21
    assert PARTITION in world.source.paused
    world.store.away = False
    world.settle()
    assert world.bodies() == [f"m{number}" for number in range(2, 60)]


def test_a_partition_that_postgres_does_not_give_waits() -> None:
    world = opened()
    world.store.away = True
    world.start()
    assert world.engine.waiting == "partitions [0] wait for Postgres"
    world.store.away = False
    world.source.can_seek = False
    world.step(seconds=1.1)
    assert world.engine.waiting is not None
    world.source.can_seek = True
    world.add(message(2))
    world.step(seconds=1.1)
    assert world.engine.waiting is None
    world.settle()
    assert world.bodies() == ["m2"]


def test_an_old_owner_is_stopped_by_both_fences() -> None:
    world = opened()
    old_engine, old_source, old_flushing = world.engine, world.source, world.flushing
    world.start()
    world.add(message(2))
    world.settle()
    world.engine, world.source, world.flushing = old_engine, old_source, old_flushing
    with pytest.raises(FencedError):
        world.settle()
    assert world.bodies() == ["m2"]


def test_what_no_version_can_read_is_put_away_up_to_a_limit() -> None:
    world = opened(dead_letters_per_hour=2)
    world.add(b"\xff", message(2), b"{}", message(3))
    world.settle()
    assert [offset for offset, _ in world.dead.put_away] == [3, 5]
    assert world.bodies() == ["m2", "m3"]
    world.add(message(4), b"[]", message(5))
    with pytest.raises(DeadLetterLimitError):
        world.settle()
    assert world.bodies() == ["m2", "m3", "m4"]


def test_a_command_of_a_newer_release_stops_after_storing_what_came_before() -> None:
    world = opened()
    newer = message(3).model_dump_json().replace("message.create", "message.press").encode()
    world.add(message(2), newer, message(4))
    with pytest.raises(UnknownTagError, match=r"partition 0 offset 4: command 'message\.press'"):
        world.settle()
    assert world.bodies() == ["m2"]
    world.start()
    with pytest.raises(UnknownTagError):
        world.settle()


def test_a_record_of_another_partition_is_a_dead_letter() -> None:
    world = opened()
    state = world.store.streams.pop(LUNCH)
    world.store.streams[LUNCH] = type(state)(LUNCH, 5, 1, 1, 0, state.at, state.body)
    world.start()
    world.add(message(2))
    world.settle()
    assert world.dead.put_away == [(3, "the stream lives in another partition")]


def test_a_gap_in_the_offsets_is_fetched_again_once() -> None:
    world = opened()
    world.add(message(2), message(3), message(4))
    lost = world.log.records.pop(3)
    world.engine.step(world.log.records[3:], world.now)
    assert world.source.position == 3
    world.log.records.insert(3, lost)
    world.settle()
    assert world.bodies() == ["m2", "m3", "m4"]


def test_a_gap_that_is_in_the_log_itself_is_passed() -> None:
    world = opened()
    world.add(message(2), message(3))
    behind = world.log.records[4:]
    world.engine.step(behind, world.now)
    world.engine.step(behind, world.now)
    world.engine.step([], world.now + 6)
    world.step()
    assert world.bodies() == ["m3"]


def test_lost_partitions_stop_the_process() -> None:
    world = opened()
    world.engine.lose([PARTITION])
    with pytest.raises(LostPartitionsError):
        world.step()


def test_a_revoked_partition_is_stored_first() -> None:
    world = opened()
    world.add(message(2))
    world.step()
    world.engine.revoke([PARTITION], world.now)
    assert world.bodies() == ["m2"]
    assert not world.engine.owned


@pytest.mark.parametrize("fault", ["dedup_off", "offset_outside_transaction", "drop_publish"])
def test_each_planted_fault_breaks_its_guarantee(fault: str) -> None:
    world = World(fault=fault)  # pyright: ignore[reportArgumentType] - one of the names
    world.add(envelope(lunch(), 1))
    world.step()
    if fault == "dedup_off":
        world.add(message(2), message(2))
        with pytest.raises(BrokenInvariantError):
            world.settle()
    elif fault == "offset_outside_transaction":
        world.start()
        world.step(seconds=6.0)
        assert world.store.next_offset == 1
        assert not world.history()
    else:
        for number in range(2, 30):
            world.add(message(number))
            world.step(seconds=1.0)
        assert live(world.windows.published, LUNCH) != list(range(1, 30))


CHAT_STREAMS = [Stream(f"c:{chat}") for chat in CHATS[:2]]
commands = st.one_of(
    st.just(lunch()),
    st.builds(lunch, st.sampled_from(PEOPLE), st.just(CID)),
    st.builds(AddMember, person=st.sampled_from(PEOPLE)),
    st.builds(RemoveMember, person=st.sampled_from(PEOPLE)),
    st.builds(CreateMessage, body=st.sampled_from(["x", "y"])),
)
ACTIONS = ("step", "flush", "crash", "crash", "redis gone", "redis empty", "postgres gone", "back")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(CHAT_STREAMS),
            st.sampled_from(PEOPLE[:3]),
            st.integers(1, 25),
            commands,
        ),
        max_size=40,
    ),
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 9)), max_size=40),
)
def test_the_log_alone_decides(
    log: list[tuple[Stream, str, int, Command]], course: list[tuple[str, int]]
) -> None:
    """However the log is cut into batches, whoever crashes or is away: the same events and numbers."""
    first = [envelope(lunch(), 90 + i, stream=stream) for i, stream in enumerate(CHAT_STREAMS)]
    envelopes = first + [
        envelope(command, number, stream=stream).model_copy(update={"sender": sender})
        for stream, sender, number, command in log
    ]
    calm, wild = World(), World()
    calm.add(*envelopes)
    calm.settle()
    wild.add(*envelopes)
    for action, size in course:
        if action == "crash":
            wild.start()
        elif action == "redis empty":
            wild.windows.clear()
        elif action in {"redis gone", "back"}:
            wild.windows.away = action == "redis gone"
        if action in {"postgres gone", "back"}:
            wild.store.away = action == "postgres gone"
        wild.step(most=size, seconds=6.0 if action == "flush" else 0.6)
    wild.windows.away = wild.store.away = False
    wild.settle()
    for stream in [*CHAT_STREAMS, *(Stream(f"p:{person}") for person in PEOPLE)]:
        told = [(row.seq, row.id, row.sender, row.n, row.event) for row in wild.history(stream)]
        expected = [(r.seq, r.id, r.sender, r.n, r.event) for r in calm.history(stream)]
        if stream in CHAT_STREAMS:
            assert told == expected
        assert sorted(row[1:3] for row in told) == sorted(row[1:3] for row in expected)
        assert [row[0] for row in told] == list(range(1, len(told) + 1))
    assert wild.store.spans == calm.store.spans
    assert {k: r.code for k, r in wild.store.rejections.items()} == {
        k: r.code for k, r in calm.store.rejections.items()
    }


def test_lag_is_what_is_not_read_and_nothing_while_postgres_is_waited_for() -> None:
    """Another replica helps a persister that can't follow, never one that waits for the database."""
    world = opened()
    world.add(*(message(number) for number in range(2, 12)))
    world.step(most=4, seconds=1.0)
    assert world.metric("lag") == 6
    world.step(most=100, seconds=1.0)
    assert world.metric("lag") == 0
    world.store.away = True
    world.add(envelope(lunch(), 50, stream=Stream(f"c:{CHATS[1]}")))
    world.step(most=1, seconds=1.0)
    world.add(*(message(number) for number in range(60, 70)))
    world.step(seconds=1.0)
    assert PARTITION in world.source.paused
    assert world.metric("lag") == 0


def test_bytes_and_new_chats_are_counted() -> None:
    """What partition autoscaling looks at."""
    world = opened()
    world.settle()
    assert world.metric("chats_created_total") == 1
    size = sum(len(one.key or b"") + len(one.value or b"") for one in world.log.records)
    assert world.metric("record_bytes_total", partition=str(PARTITION)) == size
