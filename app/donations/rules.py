"""When gifts are taken, and what Stripe's facts mean for a gift and a plan. Pure decisions."""

from enum import StrEnum

from app.campaigns.rules import State
from app.payments.base import CheckoutSession, PaymentFacts, PlanFacts


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
    """Why a payment page cannot be this gift's, or an empty text when everything agrees.

    ``amount_minor`` is what is charged: the gift and what was added for the fees.
    """
    pairs = (
        ("amount", amount_minor, told.amount_minor),
        ("currency", currency, told.currency),
        ("livemode", livemode, told.livemode),
        ("checkout", checkout_id or told.id, told.id),
    )
    return ", ".join(
        f"{name}: {ours} here, {theirs} at Stripe" for name, ours, theirs in pairs if ours != theirs
    )


_BEGUN = (PlanState.ACTIVE, PlanState.LATE)
_PLAN_STATES = {
    "active": PlanState.ACTIVE,
    "trialing": PlanState.ACTIVE,
    "past_due": PlanState.LATE,
    "unpaid": PlanState.LATE,
    "paused": PlanState.LATE,
    "incomplete": PlanState.CHECKOUT,
    "incomplete_expired": PlanState.EXPIRED,
    "canceled": PlanState.ENDED,
}


def plan_state_of(plan: PlanFacts) -> PlanState:
    """What Stripe's subscription says of a plan. A state Stripe may add is taken for one that needs a look."""
    return _PLAN_STATES.get(plan.status, PlanState.LATE)


def advance_plan(before: PlanState, news: PlanState) -> PlanState:
    """The state of a plan once fresher news has arrived: begun, it may be late and recover; ended, it stays so."""
    if before is PlanState.ENDED:
        return before
    if before in _BEGUN and news not in (*_BEGUN, PlanState.ENDED):
        return before
    if before is PlanState.EXPIRED and news in (PlanState.INTENT, PlanState.CHECKOUT):
        return before
    return news
