"""What a run can be guilty of."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Violation:
    """What went wrong: `rule` is one of the names in `checks.RULES`, or one that a run adds.

    `fault`: the fault itself didn't end as it should;
    `stuck`: the load came to a stand; `broken`: a persister stopped at what cannot happen, two owners writing.
    """

    rule: str
    detail: str
    evidence: tuple[str, ...] = field(default=(), compare=False)
    """Lines by which it may be explained; they may grow, and it stays the same violation."""
