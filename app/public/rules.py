"""What a public page may show on a date: the phase and the days that have come. Pure decisions."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.campaigns.rules import State, day_number


class Phase(StrEnum):
    """What a follower meets."""

    BEFORE = "before"  # the promise and the date; no story yet
    RUNNING = "running"  # a day of the campaign
    AFTER = "after"  # the days are over; the drive may still be open
    REPORTING = "reporting"  # gifts are closed, the use of the money is being proved
    CLOSED = "closed"


@dataclass(frozen=True)
class Moment:
    """Where a campaign stands on a date. `today` is a day number; None outside the days."""

    phase: Phase
    today: int | None
    shown: int  # days 1 to `shown` may be read; the others are only announced


def moment(state: State, starts_on: date, length: int, today: date) -> Moment:
    """The phase, today's number and how many days have come, in the campaign's own dates."""
    if state in (State.DRAFT, State.READY) or today < starts_on:
        return Moment(Phase.BEFORE, None, 0)
    number = day_number(starts_on, length, today)
    shown = number or length
    if state is State.CLOSED:
        return Moment(Phase.CLOSED, None, shown)
    if state is State.REPORTING:
        return Moment(Phase.REPORTING, None, shown)
    return Moment(Phase.RUNNING if number else Phase.AFTER, number, shown)


def flood_day(now: Moment, length: int) -> int:
    """The day whose colour floods the head: today's, the first one before, the last one afterwards."""
    if now.phase is Phase.BEFORE:
        return 1
    return now.today or length
