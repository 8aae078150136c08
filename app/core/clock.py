"""The one clock: aware UTC. Nothing else in the house asks the machine for the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo, reset_tzpath

reset_tzpath(to=())  # only the pinned package: the same rules on every machine, whatever its own data say

_frozen: datetime | None = None
_frozen_here: ContextVar[datetime | None] = ContextVar("frozen_here", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen_here.get() or _frozen or datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar date in an IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=1)
def zone_rules() -> str:
    """The release of the zone data that `resolve_wall` goes by, e.g. "2026.6"."""
    return version("tzdata")


def resolve_wall(day: date, wall: time, zone: str) -> datetime:
    """The UTC instant of a wall time: the first valid one after a gap, the first of a repeated hour."""
    tz = ZoneInfo(zone)
    local = datetime.combine(day, wall, tz)  # fold=0: the first of a repeated hour
    instant = local.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # The wall time does not exist: clocks jumped over it. The gap starts where the offset changes.
    low, high = instant - timedelta(hours=3), instant + timedelta(hours=3)
    offset = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(tz).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


@contextmanager
def frozen(instant: datetime, *, everywhere: bool = True) -> Iterator[None]:
    """Hold the clock at an instant: in the whole process, or only in this context (`everywhere=False`)."""
    global _frozen
    if instant.tzinfo is None:
        raise ValueError("the clock only takes aware instants")
    if not everywhere:
        token = _frozen_here.set(instant.astimezone(UTC))
        try:
            yield
        finally:
            _frozen_here.reset(token)
        return
    before, _frozen = _frozen, instant.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
