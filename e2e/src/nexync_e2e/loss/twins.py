"""Twins: a service with one planted fault, and what the checker has to say about it."""

from dataclasses import dataclass
from typing import Final

from nexync_e2e.loss.cast import Cast
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
        Twin(
            "ack-before-delivery",
            (("ack_before_delivery", GATEWAYS),),
            "freeze-kafka-kill-gateways",
        ),
        Twin(
            "offset-outside-transaction",
            (("offset_outside_transaction", PERSISTERS),),
            "kill-persisters-twice",
        ),
        Twin("fence-off", (("fence_off", PERSISTERS),), "freeze-persister"),
        Twin("dedup-off", (("dedup_off", PERSISTERS),), "kill-gateway-1"),
        Twin(
            "drop-publish-repair-off",
            (("drop_publish", PERSISTERS), ("repair_off", GATEWAYS)),
            "none",
            repair=False,
        ),
        Twin("drop-publish", (("drop_publish", PERSISTERS),), "none", has_to_fail=False),
    )
}


async def run_twin(twin: Twin, people: Cast, wires: Wires) -> Report:
    """The report of the twin's scenario; the real services are back afterwards."""
    machine = Machine()
    if len(twin.plants) == 1:
        fault, services = twin.plants[0]
        async with machine.with_fault(fault, *services):
            return await _scenario(twin, people, wires, machine)
    (first, first_services), (second, second_services) = twin.plants
    async with (
        machine.with_fault(first, *first_services),
        machine.with_fault(second, *second_services),
    ):
        return await _scenario(twin, people, wires, machine)


async def _scenario(twin: Twin, people: Cast, wires: Wires, machine: Machine) -> Report:
    reports = await run(
        people, wires, machine, (twin.scenario,), acks=150, repair=twin.repair, seed=7
    )
    return reports[0]
