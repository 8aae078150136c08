"""Categories of the money, budget against actual, which account answers which day. Pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark


class Category(StrEnum):
    """The three kinds of use of the French “compte d’emploi des ressources” (regulation ANC 2018-06)."""

    MISSIONS = "missions"
    FUNDRAISING = "fundraising"
    RUNNING = "running"


CATEGORY_WORDS: Mapping[Category, Message] = {
    Category.MISSIONS: mark("Charitable activities"),
    Category.FUNDRAISING: mark("Fundraising costs"),
    Category.RUNNING: mark("Operating costs"),
}

# Entries from before the three categories keep their word: the ledger is only added to.
FORMER_WORDS: Mapping[str, Message] = {
    "programme": mark("The cause itself"),
    "people": mark("People who do the work"),
    "material": mark("Material and places"),
    "transport": mark("Travel and transport"),
}


class Planned(StrEnum):
    """A part of the plan that may change."""

    LINE = "line"
    COMMITMENT = "commitment"


class SpendState(StrEnum):
    """Where an entered spending stands."""

    WAITING = "waiting"  # for a second member; not in the ledger
    COUNTED = "counted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by who entered it, before anyone decided


def category_of(stored: str) -> Category:
    """The category of a ledger entry; a word from before the three counts as the cause."""
    return Category(stored) if stored in set(Category) else Category.MISSIONS


def needs_second(amount_minor: int, limit_minor: int | None, digits: int) -> bool:
    """Whether a spending waits: above the limit, which is written for two decimals and read by its figure."""
    return limit_minor is not None and amount_minor * 100 > limit_minor * 10**digits


def limit_in(limit_minor: int, digits: int) -> int:
    """The limit in minor units of a currency with so many decimals: the same figure."""
    return limit_minor * int(10**digits) // 100


@dataclass(frozen=True)
class Measured:
    """A category's plan and what was used, in minor units."""

    category: Category
    planned: int
    used: int

    @property
    def over(self) -> int:
        """By how much more was used than planned; 0 when within."""
        return max(0, self.used - self.planned)


def measured(
    planned: Mapping[Category, int], spent: Mapping[Category, int], fees_minor: int
) -> list[Measured]:
    """Budget against actual; payment fees are a cost of fundraising, as the compte d’emploi has them."""
    fees = {Category.FUNDRAISING: fees_minor}
    return [Measured(one, planned.get(one, 0), spent.get(one, 0) + fees.get(one, 0)) for one in Category]


@dataclass(frozen=True)
class Answer:
    """Whether an account answered a promised day, and by how many days late it was, or is by now."""

    told_on: date | None
    days_late: int


def answers(due: Sequence[date], told: Sequence[date], *, since: date | None, today: date) -> list[Answer]:
    """Which account answers which promised day, both in the order of time.

    An account answers one day only, and none whose predecessor's day it did not come after: two accounts in one
    week do not make up for a month without. `since` is the day the drive opened; nothing earlier is an account.
    """
    waiting = sorted(day for day in told if since is None or day >= since)
    found: list[Answer] = []
    floor: date | None = None
    for day in due:
        answered = next((one for one in waiting if floor is None or one > floor), None)
        if answered is not None:
            waiting = waiting[waiting.index(answered) + 1 :]
        late = ((answered or today) - day) // timedelta(days=1)
        found.append(Answer(answered, max(0, late)))
        floor = day
    return found
