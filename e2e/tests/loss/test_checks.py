"""The judge itself: an honest run passes, and every kind of violation, planted, is found by its name."""

from dataclasses import replace

import pytest

from nexync_e2e.loss.checks import DELETED, EDITED, MESSAGE, REACTED, RULES, check
from nexync_e2e.loss.records import (
    HistoryRecord,
    LiveRecord,
    MarkRecord,
    MembersRecord,
    Piece,
    RunRecord,
    SendRecord,
    StateRecord,
    TimelineRecord,
    WatermarkRecord,
)

CHAT = "c1"


def message(seq: int, identifier: str, sender: str = "ann") -> Piece:
    """A message as history has it; its text follows from its id."""
    return Piece(seq, seq, identifier, sender, MESSAGE, f"text {identifier}")


def sent(
    order: int, identifier: str, *, seq: int | None = None, code: str | None = None
) -> SendRecord:
    """A message of Ann's phone, acknowledged."""
    return SendRecord(
        "ann", "ann-phone", order, CHAT, identifier, f"text {identifier}", True, seq, code
    )


CREATED = Piece(1, 1, "create", "ann", "chat.created", None)
PIECES = (CREATED, message(2, "a"), message(3, "b"), message(4, "c"))
BOB = (Piece(1, 2), message(3, "b"), message(4, "c"))


def honest() -> RunRecord:
    """Ann sees all, Bob joined late; one message of Ann's was rejected to her."""
    return RunRecord(
        sends=(
            sent(0, "a", seq=2),
            sent(1, "b", seq=3),
            sent(2, "x", code="not_a_member"),
            sent(3, "c", seq=4),
        ),
        live=(
            LiveRecord("ann", "ann-phone", CHAT, 0, PIECES),
            LiveRecord("bob", "bob-phone", CHAT, 0, BOB),
            LiveRecord("bob", "bob-desk", CHAT, 3, BOB[2:]),
        ),
        histories=(
            HistoryRecord("ann", CHAT, 4, PIECES),
            HistoryRecord("bob", CHAT, 4, BOB),
        ),
    )


def with_history(*pieces: Piece) -> RunRecord:
    """The honest run, but everybody's history and live sequence are these pieces."""
    run = honest()
    return replace(
        run,
        live=(replace(run.live[0], pieces=pieces),),
        histories=(HistoryRecord("ann", CHAT, pieces[-1].last, pieces),),
    )


def test_an_honest_run_has_no_violation() -> None:
    """Otherwise the checker would prove nothing."""
    assert check(honest()) == []


def test_a_removed_reader_need_not_see_what_follows() -> None:
    """His live sequence ends where `gone` said."""
    run = honest()
    gone = LiveRecord("bob", "bob-phone", CHAT, 0, BOB[:2], gone_at=3)
    assert check(replace(run, live=(gone,))) == []


def test_messages_out_of_order_come_with_what_their_device_saw_of_them() -> None:
    """Also of those in between, and the same violation stays the same when more becomes known."""
    run = with_history(CREATED, message(2, "c"), message(3, "a"))
    first = replace(sent(66, "a", seq=3), story=("1.000 written on socket 1 (gateway-x)",))
    other = replace(sent(67, "b", code="not_allowed"), chat="c2")
    later = replace(sent(68, "c", seq=2), story=("1.500 acked on socket 2 (gateway-y)",))
    (found,) = [
        one for one in check(replace(run, sends=(later, other, first))) if one.rule == "order"
    ]
    assert found.detail == "ann-phone in c1: #66 at 3, #68 at 2"
    assert found.evidence == (
        "#66 a in c1 at 3",
        "  1.000 written on socket 1 (gateway-x)",
        "#67 b in c2 at none",
        "#68 c in c1 at 2",
        "  1.500 acked on socket 2 (gateway-y)",
    )
    assert found == replace(found, evidence=())


def change(seq: int, tag: str, target: int, body: str) -> Piece:
    """A change of a message by Ann."""
    return Piece(seq, seq, f"change {seq}", "ann", tag, body, target)


def shown(*messages: StateRecord) -> TimelineRecord:
    """Ann's timeline."""
    return TimelineRecord("ann", CHAT, 8, messages)


CHANGES = (
    change(4, EDITED, 2, "new"),
    change(5, REACTED, 2, "👍 on"),
    change(6, REACTED, 2, "🎉 on"),
    change(7, REACTED, 2, "🎉"),
    change(8, DELETED, 3, ""),
)
EDIT = SendRecord("ann", "ann-phone", 0, CHAT, "change 4", "new", True, 4, None, EDITED)
LIVE = (CREATED, message(2, "a"), message(3, "b"), *CHANGES)
READ = (CREATED, message(2, "a"), replace(message(3, "b"), body=""), *CHANGES)
CHANGED = RunRecord(
    sends=(EDIT,),
    live=(LiveRecord("ann", "ann-phone", CHAT, 0, LIVE),),
    histories=(HistoryRecord("ann", CHAT, 8, READ),),
    timelines=(
        shown(
            StateRecord(2, "new", reactions=frozenset({("ann", "👍")})),
            StateRecord(3, "", deleted=True),
        ),
    ),
)


def test_changes_of_messages_are_no_violation() -> None:
    """A deleted text is gone for who reads later, and was there for who saw it live."""
    assert check(CHANGED) == []


def roles(head: int, **known: str) -> MembersRecord:
    """Who is in the chat as it is shown."""
    return MembersRecord(CHAT, head, frozenset(known.items()))


def of_members(*bodies: str) -> tuple[Piece, ...]:
    """The chat's creation and what became of its members."""
    tags = ("chat.created", *("member.changed" for _ in bodies[1:]))
    tag = {"-": "member.removed", "admin": "member.role_changed", "member": "member.added"}
    return tuple(
        Piece(at, at, f"m{at}", "ann", one if at == 1 else tag[body.split()[1]], body)
        for at, (one, body) in enumerate(zip(tags, bodies, strict=True), 1)
    )


MEMBERS = with_history(
    *of_members("ann admin\nbob member", "cid member", "bob admin", "ann -\ncid admin")
)
COME_AND_GONE = replace(
    MEMBERS,
    sends=(),
    members=(
        roles(4, bob="admin", cid="admin"),
        roles(3, ann="admin", bob="admin", cid="member"),
    ),
)
FURTHER = replace(
    honest(),
    marks=(
        MarkRecord("bob", "bob-phone", CHAT, said=(3, 4), confirmed=(3, 3)),
        MarkRecord("bob", "bob-desk", CHAT, said=(4, 2), confirmed=(2, 2)),
    ),
    samples=(WatermarkRecord("bob", CHAT, (1, 3)), WatermarkRecord("bob", CHAT, (3, 3))),
    finals=(WatermarkRecord("bob", CHAT, (3, 4)), WatermarkRecord("ann", CHAT, (0, 0))),
)


def test_what_was_confirmed_is_kept_and_more_only_if_it_was_said() -> None:
    assert check(FURTHER) == []
    assert check(replace(FURTHER, finals=(WatermarkRecord("bob", CHAT, (4, 4)),))) == []


def test_members_are_what_their_events_make_them() -> None:
    assert check(COME_AND_GONE) == []


GRANTED = of_members("ann admin\nbob member", "bob -", "cid member", "bob member history")


def as_read(**seen: tuple[Piece, ...]) -> RunRecord:
    """Histories up to the fourth number, each with a device that has the same."""
    return replace(
        honest(),
        sends=(),
        live=tuple(
            LiveRecord(who, f"{who}-phone", CHAT, 0, pieces) for who, pieces in seen.items()
        ),
        histories=tuple(HistoryRecord(who, CHAT, 4, pieces) for who, pieces in seen.items()),
    )


LATE = (Piece(1, 2), *GRANTED[2:])
AGAIN = as_read(ann=GRANTED, bob=GRANTED, cid=LATE)


def test_a_grant_shows_what_was_passed_over() -> None:
    """In the history; a device that was told to pass it over has it from there."""
    assert check(AGAIN) == []
    before = (*GRANTED[:2], Piece(3, 3), GRANTED[3])
    assert check(replace(AGAIN, live=(LiveRecord("bob", "bob-phone", CHAT, 0, before),))) == []


def hidden(piece: Piece) -> Piece:
    """For its sender alone."""
    return replace(piece, hidden=True)


PAIR = Piece(1, 1, "create", "ann", "chat.created", "ann member\nbob member")
BLOCK = Piece(2, 2, "block", "ann", "chat.blocked", hidden=True)
UNHEARD = hidden(message(3, "b", "bob"))
BLOCKER = (PAIR, BLOCK, Piece(3, 3), message(4, "c"))
BLOCKED = (PAIR, Piece(2, 2), UNHEARD, message(4, "c"))


def test_what_a_blocked_person_says_is_for_them_alone() -> None:
    """The numbers close for both, and after the block each hears the other again."""
    assert check(as_read(ann=BLOCKER, bob=BLOCKED)) == []
    unblock = Piece(3, 3, "unblock", "ann", "chat.unblocked", hidden=True)
    heard = message(4, "c", "bob")
    run = as_read(ann=(PAIR, BLOCK, unblock, heard), bob=(PAIR, Piece(2, 3), heard))
    assert check(run) == []


PLANTED: dict[str, RunRecord] = {
    "shown (a block)": as_read(ann=(*BLOCKER[:2], UNHEARD, BLOCKER[3]), bob=BLOCKED),
    "shown (less)": as_read(ann=BLOCKER, bob=(PAIR, Piece(2, 2), UNHEARD, Piece(4, 4))),
    "shown (no grant)": as_read(ann=GRANTED, bob=(*GRANTED[:2], Piece(3, 3), GRANTED[3])),
    "shown (before the join)": as_read(ann=GRANTED, cid=GRANTED),
    "veil (none)": as_read(
        ann=(*BLOCKER[:2], message(3, "b", "bob"), BLOCKER[3]),
        bob=(*BLOCKED[:2], message(3, "b", "bob"), BLOCKED[3]),
    ),
    "veil (over the blocker's)": as_read(
        ann=(*BLOCKER[:3], hidden(BLOCKER[3])), bob=(*BLOCKED[:3], Piece(4, 4))
    ),
    "receipt": replace(FURTHER, samples=(), finals=(WatermarkRecord("bob", CHAT, (2, 4)),)),
    "receipt (arrived)": replace(
        FURTHER, samples=(), finals=(WatermarkRecord("bob", CHAT, (3, 2)),)
    ),
    "receipt (never said)": replace(FURTHER, finals=(WatermarkRecord("bob", CHAT, (3, 5)),)),
    "went_back": replace(FURTHER, samples=(*FURTHER.samples, WatermarkRecord("bob", CHAT, (2, 3)))),
    "members": replace(COME_AND_GONE, members=(roles(4, bob="admin"),)),
    "members (role)": replace(COME_AND_GONE, members=(roles(4, bob="member", cid="admin"),)),
    "lost": replace(honest(), sends=(*honest().sends, sent(4, "d"))),
    "lost (told its seq)": replace(honest(), sends=(*honest().sends, sent(4, "d", seq=9))),
    "doubled": with_history(*PIECES, message(5, "b")),
    "contradiction": replace(honest(), sends=(sent(0, "a", code="not_a_member"),)),
    "contradiction (other seq)": replace(honest(), sends=(sent(0, "a", seq=3),)),
    "altered": with_history(
        CREATED, message(2, "a"), replace(message(3, "b"), body="other"), message(4, "c")
    ),
    "altered (sender)": with_history(CREATED, message(2, "a", "eve"), *PIECES[2:]),
    "gap": with_history(CREATED, message(2, "a"), message(3, "b"), message(5, "c")),
    "gap (end)": replace(honest(), live=(), histories=(HistoryRecord("ann", CHAT, 5, PIECES),)),
    "disagreement": replace(
        honest(),
        live=(),
        histories=(
            *honest().histories,
            HistoryRecord("cid", CHAT, 4, (*PIECES[:3], message(4, "z"))),
        ),
    ),
    "live": replace(
        honest(),
        live=(LiveRecord("ann", "ann-phone", CHAT, 0, (*PIECES[:3], message(4, "z"))),),
    ),
    "live (seen what is not his)": replace(
        honest(), live=(LiveRecord("bob", "bob-phone", CHAT, 0, PIECES),)
    ),
    "live (skipped what is his)": replace(
        honest(), live=(LiveRecord("bob", "bob-phone", CHAT, 0, (Piece(1, 3), message(4, "c"))),)
    ),
    "live (twice)": replace(
        honest(),
        live=(LiveRecord("ann", "ann-phone", CHAT, 0, (*PIECES, message(4, "c"))),),
    ),
    "behind": replace(honest(), live=(LiveRecord("ann", "ann-phone", CHAT, 0, PIECES[:3]),)),
    "behind (hole)": replace(
        honest(), live=(LiveRecord("ann", "ann-phone", CHAT, 0, PIECES, hole=True),)
    ),
    "altered (erased without a deletion)": with_history(
        CREATED, message(2, "a"), replace(message(3, "b"), body=""), message(4, "c")
    ),
    "altered (an edit)": replace(CHANGED, sends=(replace(EDIT, body="something else"),)),
    "state": replace(CHANGED, timelines=(shown(StateRecord(2, "text a")),)),
    "state (deleted)": replace(CHANGED, timelines=(shown(StateRecord(3, "text b")),)),
    "state (reaction)": replace(CHANGED, timelines=(shown(StateRecord(2, "new")),)),
    "state (no message)": replace(CHANGED, timelines=(shown(StateRecord(1, "")),)),
    "unshown": replace(honest(), refused=("GET /api/chats/{chat} answered 500",)),
    "order": with_history(CREATED, message(2, "b"), message(3, "a"), message(4, "c")),
}


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_planted_violation_is_found(name: str) -> None:
    """Each under the rule that it breaks."""
    rule = name.split(" ", maxsplit=1)[0]
    assert rule in {violation.rule for violation in check(PLANTED[name])}


def test_every_rule_has_a_planted_violation() -> None:
    """A rule that never fails is no rule."""
    assert {name.split(" ")[0] for name in PLANTED} == set(RULES)
