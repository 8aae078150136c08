"""When a donation page is suspicious of its visitors, when it rests, and which way stays open to a donor. Pure.

An honest donor always has a way: in calm, at once; under watch, half a second of sums their browser does while
they read, or a wait of some seconds where it cannot; while everything rests, less than a minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = 5
"""How many minutes are judged together, the one under way among them."""

WATCH_REFUSED, WATCH_SHARE = 10, 0.5
WATCH_OPENED, WATCH_PAID = 150, 0.2
"""Watch: so many cards declined, or so many payment pages opened of which few were paid."""

PAUSE_REFUSED, PAUSE_SHARE = 30, 0.8
"""Rest: so many cards declined, nearly every one that was tried."""

WATCH = timedelta(minutes=30)
PAUSE = timedelta(seconds=45)
BETWEEN_PAUSES = timedelta(minutes=10)

WAIT, TICKET_LIFE = timedelta(seconds=15), timedelta(minutes=15)
"""Whose browser does no sums waits so long, and may take so long to press again."""

FAULTS, FAULTS_WITHIN = 4, 3600
"""So many cards declined from one address within an hour, most of those tried there: it is held harder."""

PAGE_FAULTS = 5
"""So many cards declined on one payment page: it is closed."""

PER = 600  # seconds: the window of the counts below


class Mood(StrEnum):
    CALM = "calm"
    WATCH = "watch"
    PAUSED = "paused"


class Lane(StrEnum):
    """A way to a payment page; each address has so many turns in each."""

    FREE = "free"
    PROVEN = "proven"  # with a sum nobody gave before
    WAITED = "waited"  # without one, after a wait
    HOT = "hot"  # after a wait, where many cards were declined


# A phone network puts thousands behind one address, so the free lane is wide: it stops a machine, not a crowd.
TURNS: Mapping[Lane, int] = {Lane.FREE: 60, Lane.PROVEN: 20, Lane.WAITED: 3, Lane.HOT: 2}
IN_ALL: Mapping[Lane, int] = {Lane.WAITED: 60, Lane.HOT: 20}
"""Turns a minute by waiting for all of an organisation's visitors: what a machine with many addresses could buy.
Those of suspicious addresses are apart, so that they use up nobody else's."""


@dataclass(frozen=True)
class Sums:
    """What happened within the window."""

    admitted: int = 0
    refused: int = 0
    paid: int = 0


@dataclass(frozen=True)
class State:
    """How pages are guarded; the instants are None or may have passed."""

    watch_until: datetime | None = None
    paused_until: datetime | None = None
    tripped_at: datetime | None = None

    def mood(self, now: datetime) -> Mood:
        if self.paused_until is not None and now < self.paused_until:
            return Mood.PAUSED
        return Mood.WATCH if self.watch_until is not None and now < self.watch_until else Mood.CALM


def judge(sums: Sums, state: State, now: datetime) -> State:
    """The state after what has happened. It never rests twice within ten minutes, and never for a minute."""
    tried = sums.refused + sums.paid
    if sums.refused >= PAUSE_REFUSED and sums.refused >= PAUSE_SHARE * tried and _may_pause(state, now):
        return State(now + PAUSE + WATCH, now + PAUSE, now)
    many_declined = sums.refused >= WATCH_REFUSED and sums.refused >= WATCH_SHARE * tried
    few_paid = sums.admitted >= WATCH_OPENED and sums.paid < WATCH_PAID * sums.admitted
    if many_declined or few_paid:
        return replace(state, watch_until=max(state.watch_until or now, now + WATCH))
    return state


def _may_pause(state: State, now: datetime) -> bool:
    return state.tripped_at is None or now - state.tripped_at >= BETWEEN_PAUSES


def hot(faults: int, paid: int) -> bool:
    """Whether an address is one where cards are tried: a crowd behind it pays more often than it is declined."""
    return faults >= FAULTS and faults >= 2 * paid


def lanes(mood: Mood, *, hot: bool, proven: bool, waited: bool) -> Sequence[Lane]:
    """The lanes open to somebody, the first to try first; none while everything rests."""
    if mood is Mood.PAUSED:
        return ()
    if hot:
        return (Lane.HOT,) if waited else ()
    free = (Lane.FREE,) if mood is Mood.CALM else ()
    return (*free, *((Lane.PROVEN,) if proven else ()), *((Lane.WAITED,) if waited else ()))
