"""What an organiser should see about a planned post before its hour. Pure: warns, and never changes or forbids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core import clock
from app.publishing.rules import HAND, OPEN, PostState

CLOSE = timedelta(minutes=10)
"""Two posts of one carrier on one channel nearer than this crowd each other."""

SETTLED = timedelta(minutes=2)
"""How long after its hour a post of a channel is taken for granted before it counts as past."""

_GONE = frozenset({PostState.DECLINED, PostState.MISSED, PostState.FAILED})


class FlagKind(StrEnum):
    FAULT = "fault"  # the channel would refuse it
    NO_ACCOUNT = "no_account"
    RECONNECT = "reconnect"
    PAUSED = "paused"
    LABEL = "label"
    CLAIM = "claim"
    PORTRAIT = "portrait"
    PAST = "past"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    GAP = "gap"
    FOLD = "fold"
    OUTSIDE = "outside"


STOPS = frozenset(
    {
        FlagKind.FAULT,
        FlagKind.NO_ACCOUNT,
        FlagKind.RECONNECT,
        FlagKind.PAUSED,
        FlagKind.LABEL,
        FlagKind.CLAIM,
        FlagKind.PORTRAIT,
        FlagKind.PAST,
    }
)
"""What keeps a post from going out, or from being allowed to; the others only deserve a look."""


@dataclass(frozen=True)
class Flag:
    """One thing to see. `title` and `at` tell of the other post, or of the hour that will be used."""

    kind: FlagKind
    fault: str = ""
    limit: int = 0
    title: str = ""
    at: time | None = None

    @property
    def stops(self) -> bool:
        return self.kind in STOPS


@dataclass(frozen=True)
class Facts:
    """What the flags look at in one post. `frames` are row ids, the first first."""

    pid: str
    state: PostState
    title: str
    on: date
    at: time
    zone: str
    due_at: datetime
    frames: tuple[int, ...]
    place: tuple[int, int]  # of its first frame: the day's row id, the position in it
    carrier: int | None = None
    channel: str = HAND
    account: int | None = None
    account_lost: bool = False
    unlabelled: bool = False
    unproven: bool = False  # a fact in its stories is not checked
    unagreed: bool = False  # who is in a picture of it does not agree, or no longer will by then
    faults: tuple[tuple[str, int], ...] = ()  # what the channel would refuse, with its limit

    @property
    def where(self) -> tuple[str, int | None]:
        """What must not be crowded: the account, or the hands of the carrier."""
        return ("account", self.account) if self.account is not None else (self.channel, self.carrier)


@dataclass(frozen=True)
class Around:
    """The moment and the campaign that posts are looked at in."""

    now: datetime
    first: date
    last: date
    paused: bool = False


def flags(one: Facts, others: Sequence[Facts], around: Around) -> list[Flag]:
    """Everything to see about a post, what stops it first. Nothing about what is out, over or on its way."""
    if one.state not in OPEN:
        return []
    found = [Flag(FlagKind.FAULT, fault=fault, limit=limit) for fault, limit in one.faults]
    if one.channel != HAND and one.account is None:
        found.append(Flag(FlagKind.NO_ACCOUNT))
    if one.account_lost:
        found.append(Flag(FlagKind.RECONNECT))
    if around.paused:
        found.append(Flag(FlagKind.PAUSED))
    if one.unlabelled:
        found.append(Flag(FlagKind.LABEL))
    if one.unproven:
        found.append(Flag(FlagKind.CLAIM))
    if one.unagreed:
        found.append(Flag(FlagKind.PORTRAIT))
    if _is_past(one, around.now):
        found.append(Flag(FlagKind.PAST))
    found += _among(one, others)
    trouble = wall_trouble(one.on, one.at, one.zone)
    if trouble is not None:
        found.append(Flag(trouble, at=one.due_at.astimezone(ZoneInfo(one.zone)).time()))
    if not around.first <= one.on <= around.last:
        found.append(Flag(FlagKind.OUTSIDE))
    return found


def wall_trouble(on: date, at: time, zone: str) -> FlagKind | None:
    """Whether clocks jump over a wall time (GAP) or pass it twice (FOLD)."""
    tz = ZoneInfo(zone)
    instant = clock.resolve_wall(on, at, zone)
    if instant.astimezone(tz).replace(tzinfo=None) != datetime.combine(on, at):
        return FlagKind.GAP
    again = datetime.combine(on, at, tz).replace(fold=1).astimezone(UTC)
    return FlagKind.FOLD if again != instant else None


def _is_past(one: Facts, now: datetime) -> bool:
    """A post by hand may still be made after its hour; the others, and those that wait for a word, need another."""
    if one.channel == HAND and one.state is PostState.SCHEDULED:
        return False
    return now > one.due_at + SETTLED


def _among(one: Facts, others: Sequence[Facts]) -> list[Flag]:
    found = []
    for other in others:
        if other.pid == one.pid or other.state in _GONE or other.where != one.where:
            continue
        if set(other.frames) & set(one.frames):
            found.append(Flag(FlagKind.DUPLICATE, title=other.title, at=other.at))
        elif abs(other.due_at - one.due_at) < CLOSE and not _in_sequence(one, other):
            found.append(Flag(FlagKind.CONFLICT, title=other.title, at=other.at))
    return found


def _in_sequence(one: Facts, other: Facts) -> bool:
    """Frames of one day that are told one after the other, minutes apart, are meant to be."""
    if one.place[0] != other.place[0]:
        return False
    return (one.due_at < other.due_at) is (one.place[1] < other.place[1]) and one.due_at != other.due_at
