"""When gifts are taken, how large, and what Stripe's facts mean for a gift and the ledger. Pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.campaigns.rules import State
from app.payments.base import CheckoutSession, PaymentFacts


class GiftState(StrEnum):
    INTENT = "intent"  # stored before Stripe is asked
    CHECKOUT = "checkout"  # a payment page exists
    PENDING = "pending"  # paid by a delayed method; the money is not here yet
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class PlanState(StrEnum):
    INTENT = "intent"  # stored before Stripe is asked
    CHECKOUT = "checkout"
    ACTIVE = "active"
    LATE = "late"  # a month could not be paid; Stripe tries again
    ENDED = "ended"
    EXPIRED = "expired"  # the page was left without paying


class Visibility(StrEnum):
    """Who may see the donor's name."""

    ORGANISATION = "organisation"
    PUBLIC = "public"
    NOBODY = "nobody"


class Way(StrEnum):
    """How a gift came."""

    ONLINE = "online"
    TRANSFER = "transfer"
    CASH = "cash"
    CHEQUE = "cheque"
    IN_KIND = "in_kind"  # a thing or time: its value is told apart and moves no balance


class Tribute(StrEnum):
    """Whether a gift is made for somebody."""

    NONE = "none"
    HONOUR = "honour"
    MEMORY = "memory"


class EntryKind(StrEnum):
    """What moved the balance. Positive in, negative out; IN_KIND alone moves none and is never summed with others."""

    GIFT = "gift"
    COVER = "cover"  # what donors added for the fees: received, not counted as raised
    FEE = "fee"
    REFUND = "refund"
    DISPUTE = "dispute"  # taken back by a bank; comes back as a CORRECTION when won
    MATCH = "match"  # a sponsor's money
    IN_KIND = "in_kind"
    DECLARED = "declared"  # collected elsewhere, as the organisation says
    SPEND = "spend"
    TRANSFER = "transfer"  # what is left goes to another campaign or organisation
    CORRECTION = "correction"


@dataclass(frozen=True)
class Scale:
    """What may be given in a currency, in minor units, and what is suggested when a campaign does not say.

    Below the smallest amount, payments mostly serve to test stolen cards and fees eat the gift.
    """

    smallest: int
    largest: int
    suggested: tuple[int, ...]


_SCALES = {
    "EUR": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "USD": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "GBP": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "CHF": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "CAD": Scale(300, 1_500_000, (2_000, 5_000, 15_000)),
    "SEK": Scale(2_000, 10_000_000, (15_000, 40_000, 120_000)),
    "NOK": Scale(2_000, 10_000_000, (15_000, 40_000, 120_000)),
    "DKK": Scale(1_500, 7_500_000, (10_000, 30_000, 90_000)),
    "PLN": Scale(1_000, 4_000_000, (5_000, 15_000, 50_000)),
    "XOF": Scale(1_000, 6_000_000, (5_000, 15_000, 50_000)),
    "XAF": Scale(1_000, 6_000_000, (5_000, 15_000, 50_000)),
    "MAD": Scale(2_000, 10_000_000, (15_000, 40_000, 120_000)),
    "JPY": Scale(300, 1_500_000, (2_000, 5_000, 15_000)),
}
CURRENCIES: tuple[str, ...] = tuple(_SCALES)


def scale(currency: str) -> Scale | None:
    """The scale of a currency, or None when gifts are not taken in it."""
    return _SCALES.get(currency)


def suggestions(currency: str, wished: Sequence[int]) -> list[int]:
    """The amounts to offer: those the campaign wishes, as far as they can be given, else the currency's."""
    found = scale(currency)
    if found is None:
        return []
    allowed = [amount for amount in wished if found.smallest <= amount <= found.largest]
    return sorted(set(allowed))[:4] or list(found.suggested)


class Opening(StrEnum):
    """Whether a campaign takes gifts."""

    OPEN = "open"
    ELSEWHERE = "elsewhere"  # open, at the service the organisation collects with
    COMING = "coming"
    PAUSED = "paused"
    OVER = "over"


def opening(state: State, *, paused: bool, elsewhere: bool = False) -> Opening:
    """Gifts are taken in the drive only, and never while everything is paused."""
    if state in (State.REPORTING, State.CLOSED):
        return Opening.OVER
    if state is not State.DRIVE:
        return Opening.COMING
    if paused:
        return Opening.PAUSED
    return Opening.ELSEWHERE if elsewhere else Opening.OPEN


def public_name(visibility: Visibility, donor_name: str, company: str = "") -> str:
    """The name everyone may read beside a gift; empty, as for most, unless the donor chose to be named."""
    return (company or donor_name).strip() if visibility is Visibility.PUBLIC else ""


# A gift only ever moves to the right: news that arrives late cannot undo what is known.
_ORDER = (
    GiftState.INTENT,
    GiftState.CHECKOUT,
    GiftState.PENDING,
    GiftState.EXPIRED,
    GiftState.FAILED,
    GiftState.PAID,
)


def advance(before: GiftState, news: GiftState) -> GiftState:
    """The state of a gift once news of it has arrived, in whatever order."""
    return max(before, news, key=_ORDER.index)


def state_of(checkout: CheckoutSession, facts: PaymentFacts | None) -> GiftState:
    """What a payment page and its payment say of the gift."""
    if checkout.paid:
        return GiftState.PAID
    if checkout.status == "expired":
        return GiftState.EXPIRED
    if checkout.status == "open":
        return GiftState.CHECKOUT
    refused = facts is not None and facts.status in ("requires_payment_method", "canceled")
    return GiftState.FAILED if refused else GiftState.PENDING


def mismatch(
    *, amount_minor: int, currency: str, livemode: bool, checkout_id: str | None, told: CheckoutSession
) -> str:
    """Why a payment page cannot be this gift's, or an empty text when everything agrees."""
    pairs = (
        ("amount", amount_minor, told.amount_minor),
        ("currency", currency, told.currency),
        ("livemode", livemode, told.livemode),
        ("checkout", checkout_id or told.id, told.id),
    )
    return ", ".join(
        f"{name}: {ours} here, {theirs} at Stripe" for name, ours, theirs in pairs if ours != theirs
    )


@dataclass(frozen=True)
class Fact:
    """One line for the ledger, named by the thing at Stripe that it tells. Signed as it moves the balance."""

    kind: EntryKind
    amount_minor: int
    source: str
    at: datetime
    corrects: str = ""


def ledger_facts(facts: PaymentFacts) -> list[Fact]:
    """The lines a payment puts in the ledger; the same facts always give the same lines.

    A refund that failed is two lines, out and back, so that the ledger is the same whether or not anyone
    looked in between. The fee is absent until Stripe has booked it.
    """
    if facts.status != "succeeded" or facts.charge_id is None or facts.paid_at is None:
        return []
    charge = facts.charge_id
    lines = [Fact(EntryKind.GIFT, facts.amount_minor, f"stripe:charge:{charge}", facts.paid_at)]
    if facts.fee_minor:
        lines.append(Fact(EntryKind.FEE, -facts.fee_minor, f"stripe:fee:{charge}", facts.paid_at))
    for refund in sorted(facts.refunds, key=lambda one: (one.created, one.id)):
        out = f"stripe:refund:{refund.id}"
        lines.append(Fact(EntryKind.REFUND, -refund.amount_minor, out, refund.created))
        if not refund.counts:
            back = f"stripe:refund-returned:{refund.id}"
            lines.append(Fact(EntryKind.CORRECTION, refund.amount_minor, back, refund.created, corrects=out))
    return lines
