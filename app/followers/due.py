"""When a thing is told: at once, with the next digest, or when people are awake in the campaign's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.core import clock
from app.followers.rules import EVENING, WAKING, Rhythm, digest_on, waking_on


def due_at(rhythm: Rhythm, timezone: str) -> datetime:
    """The instant at which what is published now is told at this rhythm."""
    now = clock.now()
    local = now.astimezone(ZoneInfo(timezone))
    on = digest_on(rhythm, local.date(), past_evening=local.time() >= EVENING)
    return now if on is None else clock.resolve_wall(on, EVENING, timezone)


def notice_at(timezone: str) -> datetime:
    """The first instant from now on at which a device may be called."""
    now = clock.now()
    local = now.astimezone(ZoneInfo(timezone))
    on = waking_on(local.date(), local.time())
    return now if on is None else clock.resolve_wall(on, WAKING, timezone)
