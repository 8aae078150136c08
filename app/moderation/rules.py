"""Verbs and leases of the inbox, and when what comes in is worth an alert. Pure decisions."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.core.i18n import Message, mark
from app.intake.rules import ItemState, Kind, Signal

LEASE = timedelta(minutes=10)
"""How long an item is one person's to decide; an open page extends it."""

UNDO = timedelta(minutes=10)
"""How long a decision can be taken back; its author is told afterwards."""

URGENT, LATE = timedelta(hours=4), timedelta(hours=24)
"""Ages the inbox counts: people who wrote in the morning look in the evening."""


class Verb(StrEnum):
    """What a moderator does with an item."""

    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"


BECOMES: Mapping[Verb, ItemState] = {
    Verb.ACCEPT: ItemState.ACCEPTED,
    Verb.RETURN: ItemState.RETURNED,
    Verb.REJECT: ItemState.REJECTED,
}
DECIDABLE = frozenset({ItemState.PENDING, ItemState.RETURNED, ItemState.ACCEPTED})
"""Where a moderator may still decide: what waits, what its author leaves lying, what was accepted too fast."""

UNDONE = frozenset({ItemState.ACCEPTED, ItemState.RETURNED, ItemState.REJECTED})


@dataclass(frozen=True)
class Filters:
    """What of the inbox to show. Empty values filter nothing; `whose` is "", "mine" or "escalated"."""

    campaign: str = ""
    kind: Kind | None = None
    state: ItemState = ItemState.PENDING
    signal: Signal | None = None
    language: str = ""
    age: str = ""  # "4" or "24": hours at least
    whose: str = ""


class AlertKind(StrEnum):
    HOSTILE = "hostile"  # attacks, and what does not belong here
    FLOOD = "flood"  # many at once that nobody typed


@dataclass(frozen=True)
class Hour:
    """What one hour brought to a campaign: everything, the troubled, the part of a flood."""

    total: int = 0
    troubled: int = 0
    flood: int = 0


@dataclass(frozen=True)
class Reading:
    """What the rule says of the present hour."""

    alert: bool
    count: int
    total: int
    usual: float


BASE_HOURS = 72  # what a campaign is used to, on either side of a night
LEAST_TROUBLED, LEAST_FLOOD = 5, 60
RARE = 0.001  # once in a thousand hours like those before
LEAST_SHARE = 0.15


def troubled(signals: Collection[Signal], reason: str) -> bool:
    """Whether an item counts as hostile or off-topic: by a word of the lexicon, or by a person's decision."""
    return Signal.HOSTILE in signals or reason in HOSTILE_REASONS


def read_hostile(now: Hour, before: Sequence[Hour]) -> Reading:
    """Whether the last hour brought more trouble than the campaign is used to.

    All of: five at least, so that no single voice rings; a count that hours like the last three days would show
    once in a thousand (Poisson with their mean, never under one in two hours); and a share of everything that came
    of 15 % at least and one and a half times the usual share, so that a busy hour is not taken for a bad one.
    """
    custom = _custom(before, key=lambda hour: hour.troubled)
    usual = max(_mean([hour.troubled for hour in custom]), 0.5)
    everything = sum(hour.total for hour in custom)
    usual_share = sum(hour.troubled for hour in custom) / everything if everything else 0.0
    share = now.troubled / now.total if now.total else 0.0
    alert = (
        now.troubled >= LEAST_TROUBLED
        and tail(now.troubled, usual) < RARE
        and share >= max(LEAST_SHARE, min(1.5 * usual_share, 0.9))
    )
    return Reading(alert, now.troubled, now.total, usual)


def read_flood(now: Hour, before: Sequence[Hour]) -> Reading:
    """Whether a flood comes in: sixty items of it in an hour, and five times the usual."""
    usual = _mean([hour.flood for hour in _custom(before, key=lambda hour: hour.flood)])
    return Reading(now.flood >= LEAST_FLOOD and now.flood >= 5 * usual, now.flood, now.total, usual)


def _custom(before: Sequence[Hour], *, key: Callable[[Hour], int]) -> Sequence[Hour]:
    """The hours without the worst twentieth: an old wave is not the custom."""
    return sorted(before, key=key)[: len(before) - len(before) // 20]


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0


def tail(count: int, mean: float) -> float:
    """The chance that a Poisson variable of this mean reaches the count."""
    below = sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)


class Step(StrEnum):
    """The next thing to do, from the mildest to the crisis protocol."""

    READ = "read"
    PRE_MODERATE = "pre-moderate"
    PROTOCOL = "protocol"


STEP_WORDS: Mapping[Step, Message] = {
    Step.READ: mark("Read them first. Refuse what attacks, and look again in an hour."),
    Step.PRE_MODERATE: mark(
        "Read everything before it shows: set the campaign to reading first, in its settings."
    ),
    Step.PROTOCOL: mark(
        "Open the crisis protocol: decide together whether to pause, and what the public reads meanwhile."
    ),
}


def suggested(reading_count: int, total: int, *, shown_unread: bool) -> Step:
    """What an alert suggests: read first; close the door while things show unread; the protocol for a storm."""
    if reading_count >= 30 or (total and reading_count >= 15 and reading_count / total >= 0.5):
        return Step.PROTOCOL
    return Step.PRE_MODERATE if shown_unread else Step.READ


@dataclass(frozen=True)
class Template:
    """A reason as its author reads it. The code stays with the item."""

    verb: Verb
    title: Message
    text: Message


HOSTILE_REASONS = frozenset({"hateful", "attack", "off-topic"})
