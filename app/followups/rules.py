"""When people are asked what lasted, and what may be told of their answers. Pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.core import clock
from app.core.i18n import Message, mark

ROUNDS = (30, 90)
"""Days after the campaign's last day."""

AT = time(10, 0)
"""By the clock of the campaign's zone: a question about habits is nothing to be woken by."""

OPEN_FOR = timedelta(days=30)
"""How long an answer may be given and changed; then nothing ties it to anybody any more."""

NOT_AFTER = timedelta(days=14)
"""A round that could not begin in time is asked so much later at most: the question names a number of days."""

LEAST = 10
"""Fewer answers are not told one by one: they would show single people."""


class Lasted(StrEnum):
    STILL = "still"
    SOMETIMES = "sometimes"
    STOPPED = "stopped"


LASTED_WORDS: Mapping[Lasted, Message] = {
    Lasted.STILL: mark("Yes, I still do it"),
    Lasted.SOMETIMES: mark("Now and then"),
    Lasted.STOPPED: mark("No, it stopped"),
}


def asks_at(last_day: date, days: int, zone: str) -> datetime:
    """When a round begins."""
    return clock.resolve_wall(last_day + timedelta(days=days), AT, zone)


def is_due(last_day: date, days: int, zone: str, now: datetime) -> bool:
    """Whether a round may begin now."""
    at = asks_at(last_day, days, zone)
    return at <= now < at + NOT_AFTER


@dataclass(frozen=True)
class Figures:
    """What a round brought: people asked, people who answered, and how many of those who took part said what."""

    asked: int
    answered: int
    lasted: Mapping[Lasted, int]

    @property
    def rate(self) -> float:
        """The share of those asked who answered, from 0 to 1."""
        return self.answered / self.asked if self.asked else 0.0

    @property
    def told(self) -> int:
        """How many said whether it lasted."""
        return sum(self.lasted.values())

    @property
    def enough(self) -> bool:
        """Whether what they said may be told."""
        return self.told >= LEAST
