"""When the letter about a thing leaves: at once, or with the next digest of the campaign's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.core import clock
from app.followers.rules import EVENING, Rhythm, digest_on


def due_at(rhythm: Rhythm, timezone: str) -> datetime:
    """The instant at which what is published now is told at this rhythm."""
    now = clock.now()
    local = now.astimezone(ZoneInfo(timezone))
    on = digest_on(rhythm, local.date(), past_evening=local.time() >= EVENING)
    return now if on is None else clock.resolve_wall(on, EVENING, timezone)
