"""Twins: a service with one planted fault, and what the checker has to say about it."""

import contextlib
from dataclasses import dataclass
from typing import Final

from nexync_e2e.loss.cast import Cast, regrouped
from nexync_e2e.loss.faults import SCENARIOS, scenarios
from nexync_e2e.loss.machine import GATEWAYS, PERSISTERS, Machine
from nexync_e2e.loss.run import Report, run
from nexync_e2e.settings import Wires


@dataclass(frozen=True, slots=True)
class Twin:
    """`plants` are (fault, services); `scenario` brings it to light; `repair` is the devices' own repair."""

    name: str
    plants: tuple[tuple[str, tuple[str, ...]], ...]
    scenario: str
    has_to_fail: bool = True
    repair: bool = True


TWINS: Final = {
    twin.name: twin
    for twin in (
        Twin("drop-publish", (("drop_publish", PERSISTERS),), "none", has_to_fail=False),
        Twin(
            "drop-publish-repair-off",
            (("drop_publish", PERSISTERS), ("repair_off", GATEWAYS)),
            "none",
            repair=False,
        ),
        Twin(
            "ack-before-delivery",
            (("ack_before_delivery", GATEWAYS),),
            "freeze-kafka-kill-gateways",
        ),
        Twin("last-receipt-wins", (("last_receipt_wins", PERSISTERS),), "none"),
        Twin("dedup-off", (("dedup_off", PERSISTERS),), "kill-gateway-1"),
        Twin("fence-off", (("fence_off", PERSISTERS),), "freeze-persister-with-a-batch"),
        Twin(
            "offset-outside-transaction",
            (("offset_outside_transaction", PERSISTERS),),
            "kill-persisters-before-they-store",
        ),
    )
}


def as_it_has_to_be(twin: Twin, rules: set[str]) -> bool:
    """Whether the checker found what it has to: something about what people have.

    That the run got stuck, or that a service answered with an error, is not enough.
    """
    return bool(rules - {"stuck", "unshown"}) if twin.has_to_fail else not rules


async def run_twin(twin: Twin, people: Cast, wires: Wires) -> Report:
    """The report of the twin's scenario, in new chats.

    The real services are back afterwards, and the windows are emptied, since a twin may have filled them with
    what never happened.
    """
    machine = Machine()
    fresh = await regrouped(people)
    try:
        async with contextlib.AsyncExitStack() as stack:
            for fault, services in twin.plants:
                await stack.enter_async_context(machine.with_fault(fault, *services))
            reports = await run(
                fresh,
                wires,
                machine,
                scenarios((twin.scenario,), machine, wires),
                acks=150,
                repair=twin.repair,
                patience=20.0,
            )
            return reports[0]
    finally:
        await SCENARIOS["flush-redis"](machine, wires)
