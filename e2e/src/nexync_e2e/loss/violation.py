"""What a run can be guilty of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """What went wrong: `rule` is one of the names in `checks.RULES`, or one that a run adds.

    `fault`: the fault itself didn't end as it should;
    `stuck`: the load came to a stand; `broken`: a persister stopped at what cannot happen, two owners writing.
    """

    rule: str
    detail: str
