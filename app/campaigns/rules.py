"""The states of a campaign and the calendar of its days. Pure decisions."""

from datetime import date, timedelta
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"  # being written; invisible
    READY = "ready"  # complete; public page shows the promise and the date
    LIVE = "live"  # the days run
    DRIVE = "drive"  # the days run, or have run, and gifts are taken
    REPORTING = "reporting"  # gifts are closed; impact is being proved
    CLOSED = "closed"  # the last account is given; stays readable


PUBLIC_STATES = frozenset(State) - {State.DRAFT}

NEXT_STATES: dict[State, tuple[State, ...]] = {
    State.DRAFT: (State.READY,),
    State.READY: (State.LIVE, State.DRAFT),
    State.LIVE: (State.DRIVE, State.REPORTING),
    State.DRIVE: (State.REPORTING,),
    State.REPORTING: (State.CLOSED, State.DRIVE),
    State.CLOSED: (),
}

MIN_DAYS, MAX_DAYS, DEFAULT_DAYS = 3, 31, 7


def day_date(starts_on: date, number: int) -> date:
    """The date of day `number` (1 is the first)."""
    return starts_on + timedelta(days=number - 1)


def day_number(starts_on: date, length: int, today: date) -> int | None:
    """Which day of the campaign a date is; None before the first and after the last."""
    number = (today - starts_on).days + 1
    return number if 1 <= number <= length else None
