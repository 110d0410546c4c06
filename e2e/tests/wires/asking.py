"""Requests made from `openapi.json` against a running instance, and every answer held against it.

    dev/run up && .venv/bin/python e2e/tests/wires/asking.py --examples 300

Every operation of a service gets so many requests, some as its schema says, some against it. What comes back must be an
answer or a problem that the document names, of the shape that it has there, and never a 500; what is against the
schema must be refused.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

from nexync_contracts.endpoints import LOGOUT, RENAME_CHAT
from nexync_contracts.errors import Problem, ProblemCode
from nexync_contracts.events import ChatKind
from nexync_e2e.person import Person, befriend, sign_up
from nexync_e2e.settings import Wires, wires

Loose: TypeAlias = Any
"""Of schemathesis, whose classes are generic and don't say over what."""

_ACCEPTANCE: Loose = getattr(checks, "positive_data_acceptance")  # noqa: B009 - typed loosely
_REJECTION: Loose = getattr(checks, "negative_data_rejection")  # noqa: B009 - typed loosely
SERVICES: Final = ("svc-auth", "svc-chat")
_BEYOND: Final = frozenset({"int_type", "value_error", "invalid", "email"})
_SPENT: Final = frozenset(
    {
        ProblemCode.BAD_CURSOR,
        ProblemCode.WRONG_CODE,
        ProblemCode.CODE_SPENT,
        ProblemCode.INVITATION_OVER,
        ProblemCode.LINK_SPENT,
        ProblemCode.INVITATION_OVER,
        ProblemCode.LOGIN_OVER,
    }
)
"""Answers to what looks right and was never given out, or no longer holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who asks, and what there is: the person is an admin of the groups."""

    page: str
    cookie: str
    chats: Sequence[str]
    people: Sequence[str]
    addresses: Sequence[str]


@dataclass
class Report:
    """What came of it. `failures` name the operation and what was wrong."""

    operations: int = 0
    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict[int, int])
    failures: list[str] = field(default_factory=list[str])

    def words(self) -> str:
        """One line."""
        codes = ", ".join(f"{code}: {count:,}" for code, count in sorted(self.statuses.items()))
        return (
            f"{self.operations} operations, {self.requests:,} requests ({codes}), "
            f"{len(self.failures)} failures"
        )


async def settle_in(where: Wires) -> Place:
    """Two new people who know each other, with chats."""
    ann = await sign_up(where.page, where.mail, prefix="api")
    ben = await sign_up(where.page, where.mail, prefix="api")
    await befriend(ann, ben)
    chats = [await _group(ann, ben, name) for name in ("One", "Two", "Three")]
    chats.append(await ann.create_chat(ChatKind.PRIVATE, (ben.id,)))
    addresses = [ann.login, ben.login, f"nobody-{ann.login}"]
    place = Place(where.page, ann.rest.cookie, chats, [ann.id, ben.id], addresses)
    for person in (ann, ben):
        await person.close()
    return place


async def _group(ann: Person, ben: Person, name: str) -> str:
    return await ann.create_chat(ChatKind.GROUP, (ben.id,), name)


def operations(document: Path, service: str) -> Iterator[Loose]:
    """The operations of a service, but the one that is off unless NEXYNC_RENAME_CHATS says otherwise.

    Logging out comes last: what follows it would be asked by nobody.
    """
    told = json.loads(document.read_text())
    # The cookie comes from here, so that it is no parameter to leave out; who gets in has tests of its own.
    del told["security"], told["components"]["securitySchemes"]
    document_of: Loose = schemathesis.openapi.from_dict
    schema: Loose = document_of(told).include(tag=service)
    found: list[Loose] = [one.ok() for one in schema.get_all_operations()]
    for operation in sorted(found, key=lambda one: one.path == LOGOUT.path):
        if (operation.method.upper(), operation.path) != (RENAME_CHAT.method, RENAME_CHAT.path):
            yield operation


def check(place: Place, document: Path, service: str, *, examples: int, seed: int) -> Report:
    """Ask everything so many times. Failures are collected, one of a kind for each operation."""
    report = Report()
    rng = random.Random(seed)
    for operation in operations(document, service):
        report.operations += 1
        for mode in GenerationMode:
            try:
                _ask(operation, mode, place, report, rng, examples)
            except Unsatisfiable:
                # An operation without anything to get wrong.
                continue
            except (Failure, FailureGroup, AssertionError) as error:
                report.failures.append(f"{operation.label} ({mode.value}): {_said(error)}")
    return report


def _said(error: BaseException) -> str:
    inner = getattr(error, "exceptions", (error,))
    return "; ".join(" ".join(str(one).split())[:600] for one in inner)


def _ask(
    operation: Loose,
    mode: GenerationMode,
    place: Place,
    report: Report,
    rng: random.Random,
    examples: int,
) -> None:
    strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(case=strategy)
    def ask(case: Loose) -> None:
        if mode is GenerationMode.POSITIVE:
            _at_home(case, place, rng)
        _patiently(case)
        response = case.call(
            base_url=place.page,
            headers={"Cookie": place.cookie, **(case.headers or {})},
            timeout=30,
        )
        report.requests += 1
        report.statuses[response.status_code] = report.statuses.get(response.status_code, 0) + 1
        judged: list[Loose] = [_ACCEPTANCE] if _beyond_the_schema(response) else []
        if response.status_code == 414:
            # Not among the refusals that this check knows.
            judged.append(_REJECTION)
        case.validate_response(response, excluded_checks=judged, headers={"Cookie": place.cookie})

    ask()


def _at_home(case: Loose, place: Place, rng: random.Random) -> None:
    """Mostly about chats, people and addresses that there are: everything else is 404 or no address at all."""
    for name, known in (("chat", place.chats), ("person", place.people)):
        if name in (case.path_parameters or {}) and rng.random() < 0.8:
            case.path_parameters[name] = rng.choice(known)
    body: Loose = case.body
    if isinstance(body, dict) and "email" in body and rng.random() < 0.8:
        body["email"] = rng.choice(place.addresses)


def _patiently(case: Loose) -> None:
    """Without waiting for events that never come: 503 after six seconds is what the document says of them."""
    query: dict[str, object] = case.query or {}
    wanted = query.get("at_least")
    if isinstance(wanted, int) and wanted > 1:
        case.query["at_least"] = 1


def _beyond_the_schema(response: Loose) -> bool:
    """Whether it was refused for what JSON Schema can't say: 1.0 for an integer, control characters, fields that clash.

    Everything that it can say must be taken.
    """
    if response.status_code not in {400, 410, 422}:
        return False
    problem = Problem.model_validate_json(response.content)
    return problem.code in _SPENT or (
        bool(problem.issues) and all(issue.code in _BEYOND for issue in problem.issues)
    )


def main() -> None:
    """The command. Exit code 1 when anything failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--examples", type=int, default=100, help="of each operation, of either kind"
    )
    parser.add_argument("--service", choices=SERVICES, default="svc-chat")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--document", type=Path, default=Path("docs/api/openapi.json"))
    words = parser.parse_args()
    began = time.monotonic()
    place = asyncio.run(settle_in(wires()))
    report = check(place, words.document, words.service, examples=words.examples, seed=words.seed)
    for failure in report.failures:
        sys.stdout.write(f"{failure}\n")
    sys.stdout.write(f"{report.words()}, {time.monotonic() - began:.0f} s\n")
    sys.exit(1 if report.failures else 0)


if __name__ == "__main__":
    main()
