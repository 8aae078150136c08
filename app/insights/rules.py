"""What is measured and how: days in the campaign's zone, medians, what weeks can be compared. Pure decisions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core.i18n import Message, mark

STEP = timedelta(days=1)


class Measure(StrEnum):
    """What a sum counts. GIFTS and what follows carry an amount too."""

    PEOPLE = "people"  # browsers that came on a day, each once a day
    NEWCOMERS = "newcomers"  # those among them that had not come before
    VISITS = "visits"  # pages they opened
    MACHINES = "machines"  # robots and previews, in no other figure
    ACTS = "acts"  # challenges taken, that count
    ON_DAY = "acts_on_day"  # those among them told while their challenge was the day's
    TESTIMONIALS_SENT = "testimonials_sent"
    TESTIMONIALS = "testimonials"  # those the team accepted
    QUESTIONS_SENT = "questions_sent"
    QUESTIONS = "questions"  # those the team accepted
    VOTES = "votes"  # "I want to know it too"
    FOLLOWS = "follows"  # confirmed
    GIFTS = "gifts"
    BACK = "given_back"  # refunds, and what banks took back
    MATCHED = "matched"  # a sponsor's money
    FEES = "fees"  # what payments cost
    DECLARED = "declared"  # collected elsewhere, as the organisation says


ACTIONS = (Measure.ACTS, Measure.TESTIMONIALS_SENT, Measure.QUESTIONS_SENT, Measure.FOLLOWS, Measure.GIFTS)
"""What somebody did rather than saw. A vote is one tap beside a question: it is told, and is no action."""


class Dimension(StrEnum):
    """What sums may be told apart by, besides days."""

    INFLUENCER = "influencer"
    CHALLENGE = "challenge"
    FRAME = "frame"
    CHANNEL = "channel"
    LANGUAGE = "language"


@dataclass(frozen=True)
class Offset:
    """Minutes east of UTC until an instant."""

    until: datetime
    minutes: int


def offsets(zone: str, first: datetime, last: datetime) -> Sequence[Offset]:
    """How far a zone is from UTC between two instants; mostly one, two where the clocks change in between."""
    place = ZoneInfo(zone)
    found: list[Offset] = []
    at, minutes = first, _minutes(first, place)
    while at < last:
        following = min(at + STEP, last)
        changed = _minutes(following, place)
        if changed != minutes:
            found.append(Offset(_change(at, following, place), minutes))
            minutes = changed
        at = following
    return [*found, Offset(last, minutes)]


def _minutes(at: datetime, place: ZoneInfo) -> int:
    return int((at.astimezone(place).utcoffset() or timedelta()).total_seconds()) // 60


def _change(low: datetime, high: datetime, place: ZoneInfo) -> datetime:
    """The instant between two at which the offset changes, to the minute: clocks change on full minutes."""
    before = _minutes(low, place)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _minutes(middle, place) == before else (low, middle)
    return high.replace(second=0, microsecond=0)


def median(amounts: Mapping[int, int]) -> int | None:
    """The middle amount, from how often each was given; of two in the middle the half of both, a half rounded down."""
    whole = sum(amounts.values())
    if whole <= 0:
        return None
    low, high = _nth(amounts, (whole - 1) // 2), _nth(amounts, whole // 2)
    return (low + high) // 2


def _nth(amounts: Mapping[int, int], place: int) -> int:
    seen = 0
    for amount in sorted(amounts):
        seen += amounts[amount]
        if seen > place:
            return amount
    raise AssertionError  # place lies below the number of all


def per_hundred(part: int, whole: int) -> float | None:
    """How many of one came with a hundred of the other; None where there is nothing to compare with."""
    return 100 * part / whole if whole > 0 else None


class Incomparable(StrEnum):
    """Why two weeks cannot be laid side by side."""

    LENGTH = "length"
    CURRENCY = "currency"
    DRIVE = "drive"
    NOT_BEGUN = "not_begun"
    UNCOUNTED = "uncounted"


WHY: Mapping[Incomparable, Message] = {
    Incomparable.LENGTH: mark("it has another number of days"),
    Incomparable.CURRENCY: mark("its gifts are in another currency, so money is left out"),
    Incomparable.DRIVE: mark("its drive opened on another day, so money is compared for the whole only"),
    Incomparable.NOT_BEGUN: mark("it has not begun"),
    Incomparable.UNCOUNTED: mark("its visits were not counted, so visits are left out"),
}
BARS = frozenset({Incomparable.LENGTH, Incomparable.NOT_BEGUN})
"""Reasons for which nothing of two weeks is compared; the others leave a part out."""


@dataclass(frozen=True)
class Week:
    """What decides whether a week can be compared."""

    length: int
    currency: str
    drive_day: int
    begun: bool
    visits: bool


def differences(one: Week, other: Week) -> Sequence[Incomparable]:
    """Why another week cannot be compared with one, wholly or in part."""
    found = []
    if one.length != other.length:
        found.append(Incomparable.LENGTH)
    if not other.begun:
        found.append(Incomparable.NOT_BEGUN)
    if one.currency != other.currency:
        found.append(Incomparable.CURRENCY)
    if one.drive_day != other.drive_day:
        found.append(Incomparable.DRIVE)
    if one.visits and not other.visits:
        found.append(Incomparable.UNCOUNTED)
    return found


def best_day(by_day: Mapping[date, int], first: date, length: int) -> int | None:
    """The number of the day with the most; None while nothing was counted or two days share the first place."""
    counted = {on: number for on, number in by_day.items() if number > 0}
    inside = {
        (on - first).days + 1: number for on, number in counted.items() if 0 <= (on - first).days < length
    }
    top = max(inside.values(), default=0)
    days = [number for number, count in inside.items() if count == top]
    return days[0] if top and len(days) == 1 else None


def fits(metric: str, values: Mapping[str, int | None]) -> bool:
    """Whether a typed figure can be true beside the others: nobody is reached without a view."""
    views, reached = values.get("views"), values.get("reached")
    return metric != "reached" or views is None or reached is None or reached <= views


METRICS: Mapping[str, Message] = {
    "views": mark("Views"),
    "reached": mark("Accounts reached"),
    "forward": mark("Forward"),
    "back": mark("Backward"),
    "exits": mark("Exits"),
    "replies": mark("Replies"),
    "link_taps": mark("Link taps"),
    "shares": mark("Shares"),
}
"""What Instagram and its like show under a story, in the order of their lists."""


def known(values: Collection[int | None]) -> bool:
    """Whether something was typed."""
    return any(value is not None for value in values)


class CostKind(StrEnum):
    """What a cost is made of."""

    HOURS = "hours"  # people's time, with or without a price
    FEE = "fee"
    GOODS = "goods"
    SERVICE = "service"


COST_WORDS: Mapping[CostKind, Message] = {
    CostKind.HOURS: mark("People's hours"),
    CostKind.FEE: mark("A fee"),
    CostKind.GOODS: mark("Goods"),
    CostKind.SERVICE: mark("A service"),
}
