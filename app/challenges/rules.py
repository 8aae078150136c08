"""When a challenge can be taken, by whom it counts once, what is read first. Pure decisions; keeps no address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core.i18n import Message, mark

LEVELS = 3
UNIT = 1000
"""A quantity is counted in thousandths of its unit; an act without one is one unit."""
MOST = 1_000_000 * UNIT
"""No challenge takes more from one person: a slip of the thumb must not become the campaign's figure."""
SMALL_TEAM = 5
"""With fewer participants an average says more about one person than about a team."""


class ProofWish(StrEnum):
    """Whether a challenge asks for a photo or a link."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Obstacle(StrEnum):
    """What stood in the way."""

    TIME = "time"
    FORGOT = "forgot"
    HARD = "hard"
    ALONE = "alone"
    PLACE = "place"
    HEALTH = "health"
    OTHER = "other"


OBSTACLE_WORDS: Mapping[Obstacle, Message] = {
    Obstacle.TIME: mark("No time"),
    Obstacle.FORGOT: mark("I forgot"),
    Obstacle.HARD: mark("Too difficult, or not clear"),
    Obstacle.ALONE: mark("Nobody to do it with"),
    Obstacle.PLACE: mark("Not possible where I am"),
    Obstacle.HEALTH: mark("Tired or ill"),
    Obstacle.OTHER: mark("Something else"),
}


class Window(StrEnum):
    """Where a challenge stands on a date."""

    COMING = "coming"  # its day has not come: nobody sees it yet
    TODAY = "today"
    LATE = "late"  # its day has passed; telling it still counts, marked late
    OVER = "over"  # the campaign's last day has passed


class Refusal(StrEnum):
    """Why an act cannot be taken now."""

    PAUSED = "paused"
    COMING = "coming"
    OVER = "over"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True)
class Calendar:
    """The dates that decide: the campaign's first day and length, the challenge's day and window in days."""

    starts_on: date
    length: int
    number: int
    window_days: int = 1

    @property
    def opens_on(self) -> date:
        return self.starts_on + timedelta(days=self.number - 1)

    @property
    def last_today(self) -> date:
        """The last date on which it is offered as today's; never beyond the campaign's last day."""
        return min(self.opens_on + timedelta(days=max(1, self.window_days) - 1), self.ends_on)

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.length - 1)


def window(calendar: Calendar, today: date) -> Window:
    """Where a challenge stands on `today`, the date in the campaign's own zone."""
    if today < calendar.opens_on:
        return Window.COMING
    if today > calendar.ends_on:
        return Window.OVER
    return Window.TODAY if today <= calendar.last_today else Window.LATE


def refusal(where: Window, *, running: bool, paused: bool) -> Refusal | None:
    """Why an act cannot be taken; None when it can. `running`: the campaign is live or its drive is open."""
    if where is Window.COMING:
        return Refusal.COMING
    if where is Window.OVER:
        return Refusal.OVER
    if not running:
        return Refusal.NOT_RUNNING
    return Refusal.PAUSED if paused else None


def days_told(calendar: Calendar, today: date) -> Iterator[date]:
    """The days on which someone who tells it today may have done it, today's first."""
    day = min(today, calendar.ends_on)
    while day >= calendar.opens_on:
        yield day
        day -= timedelta(days=1)


def read_first(*, words: bool, proof: bool, quantity: int, usual: int) -> bool:
    """Whether the team reads an act before it counts.

    One tap counts at once, and so does a usual quantity: we take people at their word. What could be published,
    or move the figure by itself, waits: words (a text, a place, a name, a group), a proof, an unusual quantity.
    """
    return words or proof or quantity > usual


def date_in(instant: datetime, zone: str) -> date:
    """The date of an instant in an IANA zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def same_day(left: datetime, right: datetime, zone: str) -> bool:
    """Whether two instants fall on one date in an IANA zone."""
    return date_in(left, zone) == date_in(right, zone)
