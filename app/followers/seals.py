"""The log's newest entry, told to whoever keeps it: offered by the room of the log, where there is one.

Without it the topic is not offered, and nothing is promised that nobody sends.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.followers.rules import Topic


@dataclass(frozen=True)
class Seals:
    """`newest` gives the number of the last entry, 0 while there is none; `hash_at` the hash of one by its number."""

    newest: Callable[[Session, Campaign], int]
    hash_at: Callable[[Session, Campaign, int], str | None]


_offered: list[Seals] = []


def offer(seals: Seals) -> None:
    """Let followers ask for the log's newest entry."""
    _offered[:] = [seals]


def withdraw() -> None:
    """Offer none any more."""
    _offered.clear()


def known() -> Seals | None:
    """Who tells the log's newest entry."""
    return _offered[0] if _offered else None


def topics() -> list[Topic]:
    """What may be followed on this instance."""
    return [one for one in Topic if one is not Topic.LOG or known() is not None]
