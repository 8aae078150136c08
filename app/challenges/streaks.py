"""Which days of a campaign one person did, and how long their runs are. Pure decisions, for that person alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.challenges.rules import Calendar, Window, window


class Mark(StrEnum):
    """How one day of the campaign stands for one person."""

    DONE = "done"  # in its window, whenever it was told
    CAUGHT_UP = "caught_up"  # done after its window
    WAITING = "waiting"  # told; the team reads it first
    OPEN = "open"  # can still be done in its window
    MISSED = "missed"
    OFF = "off"  # a day without a challenge
    COMING = "coming"


BREAKS = frozenset({Mark.MISSED})
"""Only a missed day ends a run. A day off, one caught up, one being read or still open neither ends nor adds."""


@dataclass(frozen=True)
class Told:
    """What someone told of one day's challenge."""

    done_on: date
    counted: bool  # accepted, or counted at once
    returned: bool = False  # given back or refused: it stands as if it had not been told


def mark_of(calendar: Calendar | None, told: Told | None, today: date) -> Mark:
    """How a day stands on `today`, the date in the campaign's zone; `calendar` is None for a day off."""
    if calendar is None:
        return Mark.OFF
    if told is not None and not told.returned:
        if not told.counted:
            return Mark.WAITING
        return Mark.DONE if told.done_on <= calendar.last_today else Mark.CAUGHT_UP
    where = window(calendar, today)
    if where is Window.COMING:
        return Mark.COMING
    return Mark.OPEN if where is Window.TODAY else Mark.MISSED


@dataclass(frozen=True)
class Runs:
    """Days done in a row: the run that still stands, and the longest."""

    current: int = 0
    best: int = 0


def runs(marks: Sequence[Mark]) -> Runs:
    """The runs of a campaign's days in order."""
    current = best = 0
    for one in marks:
        if one in BREAKS:
            current = 0
        elif one is Mark.DONE:
            current += 1
            best = max(best, current)
    return Runs(current, best)
