"""The use cases, wired to ports: the composition root passes adapters, tests pass fakes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from nexync_runtime.limiting import Budget
from svc_gateway.admission import Admission
from svc_gateway.arriving import Arrivals
from svc_gateway.authority import MembershipAuthority
from svc_gateway.authors import Authors
from svc_gateway.carrying import Files
from svc_gateway.keeping import Keeper
from svc_gateway.kit import Kit
from svc_gateway.looking import Looking
from svc_gateway.marking import Marking
from svc_gateway.membership import Membership
from svc_gateway.metrics import Counts
from svc_gateway.outbox import Flusher
from svc_gateway.people import People
from svc_gateway.ports import (
    Channels,
    Chats,
    Clock,
    CommandLog,
    Notices,
    SendMany,
    Sessions,
    Sleep,
    Spawn,
    Tokens,
    Windows,
)
from svc_gateway.ranges import Ranges
from svc_gateway.recalling import Recall
from svc_gateway.receiving import Receiver
from svc_gateway.repair import Comparer, Mender
from svc_gateway.resuming import Resumer
from svc_gateway.rooms import Room, Rooms
from svc_gateway.spending import FrameBudget


@dataclass(slots=True, kw_only=True)
class Core:
    """The use cases, wired to ports; tests wire the same to fakes."""

    kit: Kit
    rooms: Rooms
    people: People
    membership: Membership
    authority: MembershipAuthority
    receiver: Receiver
    comparer: Comparer
    recall: Recall


def build_core(
    *,
    instance: str,
    origins: tuple[str, ...],
    max_connections: int,
    max_age: float,
    budget: Budget,
    repair_off: bool,
    channels: Channels,
    windows: Windows,
    notices: Notices,
    chats: Chats,
    sessions: Sessions,
    tokens: Tokens,
    commands: CommandLog,
    receipts: CommandLog,
    clock: Clock,
    sleep: Sleep,
    spawn: Spawn,
    call_soon: Callable[[Callable[[], None]], object],
    call_later: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
    send_many: SendMany | None,
    descriptor_of: Callable[[asyncio.BaseTransport], int],
    counts: Counts,
) -> Core:
    """Wire the use cases."""
    flusher = Flusher(call_soon, counts, send_many)
    rooms = Rooms(flusher, counts)
    ranges = Ranges(windows, chats)
    people = People(
        rooms=rooms, channels=channels, windows=windows, chats=chats, clock=clock, counts=counts
    )
    resumer = Resumer(
        people=people,
        rooms=rooms,
        ranges=ranges,
        chats=chats,
        flusher=flusher,
        clock=clock,
        counts=counts,
    )
    mender = Mender(
        rooms=rooms,
        ranges=ranges,
        spawn=spawn,
        sleep=sleep,
        clock=clock,
        counts=counts,
        off=repair_off,
    )

    def reread(room: Room) -> None:
        authority.reread(room)

    membership = Membership(
        people=people,
        rooms=rooms,
        resumer=resumer,
        chats=chats,
        flusher=flusher,
        spawn=spawn,
        sleep=sleep,
        on_hole=mender.mend,
        on_restart=reread,
    )
    authority = MembershipAuthority(
        people=people,
        membership=membership,
        chats=chats,
        sessions=sessions,
        spawn=spawn,
        sleep=sleep,
        counts=counts,
    )
    rooms.listener = membership
    recall = Recall(clock)
    admission = Admission(
        log=commands,
        recall=recall,
        look_up=membership.look_up,
        authors=Authors(chats),
        files=Files(chats, clock),
        flusher=flusher,
        clock=clock,
        counts=counts,
        instance=instance,
    )
    keeper = Keeper(flusher=flusher, counts=counts, random=Random(), max_age=max_age)
    looking = Looking(rooms=rooms, notices=notices, flusher=flusher, spawn=spawn, counts=counts)
    marking = Marking(rooms=rooms, log=receipts, flusher=flusher, clock=clock, counts=counts)
    kit = Kit(
        origins=origins,
        instance=instance,
        max_connections=max_connections,
        clock=clock,
        counts=counts,
        flusher=flusher,
        keeper=keeper,
        looking=looking,
        budget=FrameBudget(budget),
        marking=marking,
        people=people,
        resumer=resumer,
        admission=admission,
        arrivals=Arrivals(call_soon),
        tokens=tokens,
        windows=windows,
        spawn=spawn,
        call_later=call_later,
        descriptor_of=descriptor_of,
    )
    receiver = Receiver(
        rooms=rooms,
        person=membership.tell,
        control=membership.control,
        typing=looking.heard,
        receipts=looking.receipts,
        counts=counts,
    )
    return Core(
        kit=kit,
        rooms=rooms,
        people=people,
        membership=membership,
        authority=authority,
        receiver=receiver,
        comparer=Comparer(rooms=rooms, windows=windows, chats=chats),
        recall=recall,
    )
