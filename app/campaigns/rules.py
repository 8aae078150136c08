"""The states of a campaign, the calendar of its days, what may be shown when, its address. Pure decisions."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark


class Approval(StrEnum):
    """Whose word a post needs before it may go out."""

    NONE = "none"
    TEAM = "team"
    BOTH = "both"  # the team's, then the influencer's who carries it


class DriveStart(StrEnum):
    """What opens the drive."""

    HOUR = "hour"  # its day and hour
    HAND = "hand"  # somebody of the team, never the clock
    EMERGENCY = "emergency"  # the campaign's own first minute


class Policy(StrEnum):
    """When something the public sends becomes public."""

    PRE = "pre"  # once a moderator accepted it
    POST = "post"  # at once when nothing about it is suspicious; a moderator reads it afterwards


class State(StrEnum):
    DRAFT = "draft"  # being written; invisible
    READY = "ready"  # complete; public page shows the promise and the date
    LIVE = "live"  # the days run
    DRIVE = "drive"  # the days run, or have run, and gifts are taken
    REPORTING = "reporting"  # gifts are closed; impact is being proved
    CLOSED = "closed"  # the last account is given; stays readable


STATE_WORDS: Mapping[State, Message] = {
    State.DRAFT: mark("Draft"),
    State.READY: mark("Ready"),
    State.LIVE: mark("Live"),
    State.DRIVE: mark("Drive open"),
    State.REPORTING: mark("Reporting"),
    State.CLOSED: mark("Closed"),
}

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


def last_date(starts_on: date, length: int) -> date:
    """The date of the last day."""
    return day_date(starts_on, length)


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


SLUG_LENGTH = 60
# What the address of a campaign may not be: words that could pass for pages of the house.
RESERVED_SLUGS = frozenset({"new", "import", "studio", "admin", "api", "static", "assets"})


def slugged(title: str) -> str:
    """A title as the last part of an address: small letters, digits, hyphens; never empty."""
    plain = unicodedata.normalize("NFKD", title.replace("œ", "oe").replace("æ", "ae").replace("’", " "))
    kept = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    return kept[:SLUG_LENGTH].rstrip("-") or "campaign"


def is_slug(text: str) -> bool:
    """Whether a text can be the address of a campaign."""
    fits = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None
    return fits and 3 <= len(text) <= SLUG_LENGTH and text not in RESERVED_SLUGS


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """The wanted address, or the first of `wanted-2`, `wanted-3`… that nobody has or had."""
    base = wanted if is_slug(wanted) else f"{wanted[:50]}-week"
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base[: SLUG_LENGTH - 4].rstrip('-')}-{number}"
    return slug
