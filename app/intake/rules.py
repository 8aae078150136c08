"""Kinds and states of what the public sends, what a policy makes public, which step may follow. Pure decisions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.campaigns.rules import Policy
from app.core.i18n import Message, mark


class Kind(StrEnum):
    """What somebody sent. The room that keeps it has a row of its own; the item only says where it stands."""

    TESTIMONIAL = "testimonial"
    QUESTION = "question"
    ACT = "act"  # a challenge taken, with a text or a proof
    GIFT_MESSAGE = "gift_message"


class ItemState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    RETURNED = "returned"  # to its author, with a reason; an edit sends it back
    REJECTED = "rejected"
    RESTRICTED = "restricted"  # was public; hidden by a decision with reasons, which may be undone
    WITHDRAWN = "withdrawn"  # by its author: for good


class Signal(StrEnum):
    """What made a machine look twice. A signal never decides; it orders, masks and holds back."""

    LINK = "link"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    HOSTILE = "hostile"  # a word of the lexicon
    PERSONAL = "personal"  # a word of the lexicon that names a person
    LANGUAGE = "language"  # another language than the campaign's
    REPEATED = "repeated"  # the same text again
    FLOOD = "flood"  # many from one source
    HASTE = "haste"  # sent sooner than anyone types
    UNPROVEN = "unproven"  # without the proof of work that a browser with script gives


HELD_BACK = frozenset(Signal) - {Signal.LANGUAGE}
"""Signals that keep an item from being public unread, whatever the policy."""

MASKED = frozenset({Signal.PHONE, Signal.EMAIL, Signal.ADDRESS, Signal.PERSONAL})
"""Signals of data about a person: hidden from the moderator too until they ask to see it."""

NOISE = frozenset({Signal.FLOOD, Signal.REPEATED})
CARE = MASKED | {Signal.HOSTILE}


class Watch(StrEnum):
    """What an organisation's own word means for a text that holds it."""

    HOSTILE = "hostile"
    PERSONAL = "personal"  # a name, a street: masked until somebody asks to see it
    ALLOWED = "allowed"  # known to the house's list, harmless here


def urgency(signals: Collection[Signal]) -> int:
    """The place in the inbox before age: 3 for what may hurt someone, 2 for the ordinary, 1 for what came without
    proof of work, 0 for likely noise.

    Noise comes last whatever it says, or a flood of insults would bury the one voice that waits among them.
    """
    seen = frozenset(signals)
    if seen & NOISE or {Signal.HASTE, Signal.UNPROVEN} <= seen:
        return 0
    if seen & CARE:
        return 3
    return 1 if Signal.UNPROVEN in seen else 2


@dataclass(frozen=True)
class Recent:
    """How many came in the last hour from one browser with proof like this one, or without like it; from one network
    without proof; and to the campaign without proof in the last ten minutes. This one is not counted."""

    source: int
    network_unproven: int
    campaign_unproven: int


SOURCE_PROVEN, SOURCE_UNPROVEN = 12, 5  # an hour: a family or a class may share one browser
NETWORK_UNPROVEN = 10  # an hour: a phone network shares addresses, and its browsers have script
CAMPAIGN_UNPROVEN = 200  # in ten minutes
FLOOD_READ = CAMPAIGN_UNPROVEN + 1
"""How far counting needs to go."""


def floods(recent: Recent, *, proven: bool) -> bool:
    """Whether one more from there is part of a flood. Nothing is refused: it waits behind the others."""
    if proven:
        return recent.source >= SOURCE_PROVEN
    return (
        recent.source >= SOURCE_UNPROVEN
        or recent.network_unproven >= NETWORK_UNPROVEN
        or recent.campaign_unproven >= CAMPAIGN_UNPROVEN
    )


_NEXT: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.PENDING: frozenset(
        {ItemState.ACCEPTED, ItemState.RETURNED, ItemState.REJECTED, ItemState.WITHDRAWN}
    ),
    ItemState.ACCEPTED: frozenset(
        {ItemState.PENDING, ItemState.REJECTED, ItemState.RESTRICTED, ItemState.WITHDRAWN}
    ),
    ItemState.RETURNED: frozenset({ItemState.PENDING, ItemState.REJECTED, ItemState.WITHDRAWN}),
    ItemState.REJECTED: frozenset({ItemState.PENDING, ItemState.WITHDRAWN}),
    ItemState.RESTRICTED: frozenset({ItemState.ACCEPTED, ItemState.REJECTED, ItemState.WITHDRAWN}),
    ItemState.WITHDRAWN: frozenset(),
}

STATE_WORDS: Mapping[ItemState, Message] = {
    ItemState.PENDING: mark("To read"),
    ItemState.ACCEPTED: mark("Accepted"),
    ItemState.RETURNED: mark("Returned"),
    ItemState.REJECTED: mark("Refused"),
    ItemState.RESTRICTED: mark("Hidden after a notice"),
    ItemState.WITHDRAWN: mark("Withdrawn"),
}


def may_become(before: ItemState, after: ItemState) -> bool:
    """Whether an item may go from one state to another."""
    return after in _NEXT[before]


def is_public(state: ItemState, policy: Policy, signals: Collection[Signal]) -> bool:
    """Whether anyone may see it: accepted; or unread, where the policy allows and nothing is suspicious."""
    if state is ItemState.ACCEPTED:
        return True
    return state is ItemState.PENDING and policy is Policy.POST and not HELD_BACK.intersection(signals)
