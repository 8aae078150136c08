"""Whether Stripe's movements and the ledger tell the same, thing by thing, and why not. Pure decisions.

A thing is a charge, a refund, or one movement of a dispute or of Stripe itself. Amounts are minor units, signed
as they move the balance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark

# Stripe books a payment within minutes, a debit within days. Until then the ledger may be ahead.
BOOKED_WITHIN = timedelta(days=3)
# Money on its way to the bank, and back: it stays the organisation's and is never in the ledger.
PAYOUT_KINDS = frozenset({"payout", "payout_failure", "payout_cancel"})
_NAMED_BY_SOURCE = ("ch_", "py_", "re_", "pyr_")
_REFUNDS = ("re_", "pyr_")
_DISPUTES = ("dp_", "du_")


class Cause(StrEnum):
    """Why Stripe and the ledger differ about a thing."""

    MISSED = "missed"  # a payment the ledger does not know
    REFUND = "refund"
    FEE = "fee"
    DISPUTE = "dispute"
    FOREIGN = "foreign"  # Stripe was asked: it is for nothing of ours
    ADJUSTMENT = "adjustment"  # Stripe's own: a monthly fee, a correction
    UNBOOKED = "unbooked"  # in the ledger, and Stripe has no movement for it
    PAYOUT = "payout"  # a payout is not the sum of its movements


CAUSE_WORDS: dict[Cause, Message] = {
    Cause.MISSED: mark("A payment that did not reach the ledger"),
    Cause.REFUND: mark("A refund made at Stripe"),
    Cause.FEE: mark("A fee booked late or changed"),
    Cause.DISPUTE: mark("A disputed payment"),
    Cause.FOREIGN: mark("A payment from outside Septaine"),
    Cause.ADJUSTMENT: mark("A cost or correction by Stripe"),
    Cause.UNBOOKED: mark("In the ledger, not at Stripe"),
    Cause.PAYOUT: mark("A payout that is not the sum of its parts"),
}


CAUSE_HELP: dict[Cause, Message] = {
    Cause.MISSED: mark("Stripe has this payment and the ledger does not. Asking again brings it in."),
    Cause.REFUND: mark(
        "Money was given back at Stripe and the ledger does not say so. Asking again brings it in."
    ),
    Cause.FEE: mark(
        "Stripe took another fee than the ledger has. Ask again, or book the rest to the campaign."
    ),
    Cause.DISPUTE: mark(
        "A bank took money back, or returned it. Ask again, or book the rest to the campaign."
    ),
    Cause.FOREIGN: mark("Stripe was asked: this payment belongs to no gift here. Say what it is."),
    Cause.ADJUSTMENT: mark("Stripe took or gave this by itself. Book it to a campaign, or say what it is."),
    Cause.UNBOOKED: mark(
        "The ledger has this for three days and more, Stripe has no trace of it. Take it back."
    ),
    Cause.PAYOUT: mark(
        "Stripe may still be gathering what the payout is made of. It usually settles by itself."
    ),
}


class FindingState(StrEnum):
    OPEN = "open"
    MENDED = "mended"  # both tell the same again
    EXPLAINED = "explained"  # a member said why, and that it concerns no campaign


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement at Stripe: what the account gained or lost by it."""

    id: str
    kind: str
    net_minor: int
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class Entered:
    """One line of the ledger that tells of something at Stripe."""

    source: str
    amount_minor: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing about which Stripe and the ledger do not agree."""

    key: str
    cause: Cause
    stripe_minor: int
    ledger_minor: int
    currency: str
    source: str  # the object at Stripe to ask about

    @property
    def amount_minor(self) -> int:
        """What Stripe has more than the ledger."""
        return self.stripe_minor - self.ledger_minor


@dataclass(slots=True)
class Thing:
    """Everything both sides tell of one thing."""

    movements: list[Movement] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)

    @property
    def converted(self) -> bool:
        """Whether Stripe booked it in another currency than the gift's: then only its presence can be compared."""
        return bool(self.movements and self.entered) and (
            self.movements[0].currency != self.entered[0].currency
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, and what the ledger tells that Stripe may still book, summed by currency."""

    differences: tuple[Difference, ...]
    waiting: Mapping[str, int]


def is_payment(source: str) -> bool:
    """Whether a movement is about somebody's payment or refund, and not Stripe's own."""
    return source.startswith(_NAMED_BY_SOURCE)


def key_of(movement: Movement) -> str:
    """The thing a movement belongs to."""
    return movement.source if is_payment(movement.source) else movement.id


def key_of_entry(source: str) -> str:
    """The thing an entry of the ledger tells of: the end of its source."""
    return source.rpartition(":")[2]


def things(movements: Iterable[Movement], entries: Iterable[Entered]) -> dict[str, Thing]:
    """Both sides, thing by thing; what moves between Stripe and the bank is left out."""
    found: dict[str, Thing] = {}
    for movement in movements:
        if movement.kind not in PAYOUT_KINDS:
            found.setdefault(key_of(movement), Thing()).movements.append(movement)
    for entry in entries:
        found.setdefault(key_of_entry(entry.source), Thing()).entered.append(entry)
    return found


def compare(found: Mapping[str, Thing], now: datetime) -> Comparison:
    """Every thing about which the two sides do not agree to the last minor unit."""
    differences, waiting = [], dict[str, int]()
    for key, thing in found.items():
        stripe = sum(one.net_minor for one in thing.movements)
        ledger = sum(one.amount_minor for one in thing.entered)
        if stripe == ledger or thing.converted:
            continue
        currency = (thing.movements or thing.entered)[0].currency
        if not thing.movements and now - thing.entered[-1].created_at < BOOKED_WITHIN:
            waiting[currency] = waiting.get(currency, 0) + ledger
            continue
        source = thing.movements[0].source if thing.movements else key
        differences.append(Difference(key, _cause(key, thing), stripe, ledger, currency, source))
    return Comparison(tuple(differences), waiting)


def _cause(key: str, thing: Thing) -> Cause:
    if not thing.movements:
        return Cause.UNBOOKED
    if key.startswith(_REFUNDS):
        return Cause.REFUND
    if key.startswith(_NAMED_BY_SOURCE):
        return Cause.FEE if thing.entered else Cause.MISSED
    return Cause.DISPUTE if thing.movements[0].source.startswith(_DISPUTES) else Cause.ADJUSTMENT


def is_askable(cause: Cause) -> bool:
    """Whether reading a payment again at Stripe may settle it."""
    return cause in (Cause.MISSED, Cause.REFUND, Cause.FEE, Cause.DISPUTE, Cause.FOREIGN)


def after_asking(cause: Cause, *, known: bool) -> Cause:
    """What a difference is once Stripe has been asked about it in vain."""
    return cause if known or cause is Cause.FEE else Cause.FOREIGN


class Place(StrEnum):
    """Where money is that Stripe has booked."""

    STRIPE = "stripe"
    COMING = "coming"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Sent:
    """A payout as far as places are concerned; ``returned_in`` is the payout that took the money when it came back."""

    status: str  # pending, in_transit, paid, failed, canceled
    returned_in: str | None = None


def place_of(payout: str | None, payouts: Mapping[str, Sent]) -> Place:
    """Where a movement is that a payout took, or none. Money of a failed payout is where its return went."""
    seen: set[str] = set()
    while payout is not None and payout in payouts and payout not in seen:
        seen.add(payout)
        sent = payouts[payout]
        if sent.status == "paid":
            return Place.BANK
        if sent.status in ("pending", "in_transit"):
            return Place.COMING
        payout = sent.returned_in
    return Place.STRIPE
