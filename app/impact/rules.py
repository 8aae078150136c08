"""When a promise is kept, when it is late, and how the money adds up. Pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Standing(StrEnum):
    """Where a promise stands on a day."""

    OPEN = "open"  # its day has not come
    KEPT = "kept"
    LATE = "late"  # its day has passed without the target


def reached(baseline: Decimal, target: Decimal, value: Decimal) -> bool:
    """Whether a measured value meets the target; a target below the baseline is met from above."""
    return value >= target if target >= baseline else value <= target


def standing(
    *,
    baseline: Decimal,
    target: Decimal,
    due_on: date,
    value: Decimal | None,
    told_on: date | None,
    today: date,
) -> tuple[Standing, int]:
    """The standing, and by how many days it is or was late.

    `told_on` is the day an account first showed the target reached: a promise kept late stays so.
    """
    if value is not None and reached(baseline, target, value):
        return Standing.KEPT, max(0, ((told_on or due_on) - due_on).days)
    if today > due_on:
        return Standing.LATE, (today - due_on).days
    return Standing.OPEN, 0


def reached_since(
    baseline: Decimal, target: Decimal, told: Sequence[tuple[datetime, Decimal | None]]
) -> datetime | None:
    """Since when a figure meets the target, from what it was at each instant; None when it does not any more.

    A correction counts from its own day: nobody had read the better figure before.
    """
    since: datetime | None = None
    for at, value in told:
        met = value is not None and reached(baseline, target, value)
        since = (since or at) if met else None
    return since


REMIND_BEFORE = (7, 2)
"""Days before an account is due on which the team is told."""


def reminder_due(on: date, today: date) -> int | None:
    """Which reminder of REMIND_BEFORE counts today: the nearest distance reached; None before and after all."""
    left = (on - today).days
    reached_ = [days for days in REMIND_BEFORE if 0 <= left <= days]
    return min(reached_, default=None)


def measure(value: Decimal) -> str:
    """A measured value as text for machines: two decimals and a point."""
    return f"{value:.2f}"


@dataclass(frozen=True)
class Sum:
    """raised − fees − refunds − spent = remaining, all in minor units, the parts never negative."""

    raised: int
    fees: int
    refunds: int
    spent: int

    @property
    def remaining(self) -> int:
        """What is left to use; below zero when more was spent than came in."""
        return self.raised - self.fees - self.refunds - self.spent

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The bar's parts; together they are what was raised, unless more was spent."""
        parts = [("spent", self.spent), ("fees", self.fees), ("back", self.refunds)]
        return [*parts, ("left", max(0, self.remaining))]
