"""Kinds and states of what the public sends, what a policy makes public, which step may follow. Pure decisions."""

from collections.abc import Collection, Mapping
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


HELD_BACK = frozenset(Signal) - {Signal.LANGUAGE, Signal.UNPROVEN}
"""Signals that keep an item from being public unread, whatever the policy."""

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
