"""How long what was said is kept: three classes, in the order of their length (ADR 0045)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

DAY_MS: Final = 24 * 3600 * 1000


class Retention(StrEnum):
    """The least time that what was said stays readable; it goes by whole months of UTC."""

    DAYS_30 = "days_30"
    YEAR_1 = "year_1"
    FOREVER = "forever"


AGE_MS: Final[Mapping[Retention, int | None]] = MappingProxyType(
    {Retention.DAYS_30: 30 * DAY_MS, Retention.YEAR_1: 365 * DAY_MS, Retention.FOREVER: None}
)
"""Milliseconds that the youngest event of a month must have behind it before the month goes; None: it never goes."""

_ORDER: Final = tuple(Retention)


def shorter(one: Retention, other: Retention | None) -> Retention:
    """The shorter of two classes; None is no wish."""
    return one if other is None else min(one, other, key=_ORDER.index)


def longer(one: Retention, other: Retention) -> Retention:
    """The longer of two classes."""
    return max(one, other, key=_ORDER.index)
