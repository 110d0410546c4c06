"""`python -m nexync_e2e.loss --faults all|kill-gateway,… [--quick] [--twins all|name,…]`: exit 1 on a violation."""

import argparse
import asyncio
import sys

from nexync_e2e.loss.cast import CHATS, WRITERS, Cast, cast
from nexync_e2e.loss.faults import chosen, scenarios
from nexync_e2e.loss.machine import Machine
from nexync_e2e.loss.run import Report, run, table
from nexync_e2e.loss.twins import TWINS, as_it_has_to_be, run_twin
from nexync_e2e.settings import Wires, wires

_SHOWN = 12


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 when nothing was lost and every twin did what it has to."""
    parser = argparse.ArgumentParser(prog="python -m nexync_e2e.loss")
    parser.add_argument("--faults", help="all, quick, or names with commas", default="")
    parser.add_argument("--twins", help="all, or names with commas", default="")
    parser.add_argument("--quick", action="store_true", help="60 acks a phase instead of 200")
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--chats", type=int, default=CHATS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    names: list[str] = options.twins.split(",") if options.twins else []
    twin_names = tuple(TWINS) if names == ["all"] else tuple(names)
    faults = options.faults or ("" if twin_names else "quick" if options.quick else "all")
    return asyncio.run(
        _main(
            wires(),
            chosen(faults) if faults else (),
            twin_names,
            acks=60 if options.quick else 200,
            writers=options.writers,
            chats=options.chats,
            seed=options.seed,
        )
    )


async def _main(
    where: Wires,
    faults: tuple[str, ...],
    twin_names: tuple[str, ...],
    *,
    acks: int,
    writers: int,
    chats: int,
    seed: int,
) -> int:
    good = True
    async with cast(where, writers=writers, chats=chats) as people:
        print(f"{len(people.people)} writers in {len(people.groups)} chats")
        if faults:
            machine = Machine()
            injected = scenarios(faults, machine, where)
            reports = await run(people, where, machine, injected, acks=acks, seed=seed, tell=tell)
            print("\n" + table(reports))
            good = not any(report.violations for report in reports)
        for name in twin_names:
            good = await _twin(name, people, where) and good
    print("\nNothing lost, doubled or reordered." if good else "\nFAILED.")
    return 0 if good else 1


async def _twin(name: str, people: Cast, where: Wires) -> bool:
    twin = TWINS[name]
    report = await run_twin(twin, people, where)
    rules = sorted({violation.rule for violation in report.violations})
    good = as_it_has_to_be(twin, set(rules))
    wanted = "has to fail" if twin.has_to_fail else "has to pass"
    found = ", ".join(rules) or "nothing"
    print(f"twin {name} {wanted}: found {found} -> {'as it has to be' if good else 'WRONG'}")
    return good


def tell(report: Report) -> None:
    """Say at once how a fault went, with its first violations."""
    print(
        f"{report.fault}: {report.seconds:.1f} s, {len(report.violations)} violations", flush=True
    )
    for violation in report.violations[:_SHOWN]:
        print(f"  {violation.rule}: {violation.detail}", flush=True)
        for line in violation.evidence:
            print(f"    {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
