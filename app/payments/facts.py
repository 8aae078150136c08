"""What a payment provider says, as plain facts; they decide nothing and name no provider's object.

Amounts are integers in the currency's ISO 4217 minor unit, currencies are upper-case ISO codes and
moments are aware UTC datetimes, whatever the provider itself uses on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SessionStatus = Literal["open", "complete", "expired"]
PaymentStatus = Literal["paid", "unpaid", "no_payment_required"]


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """One payment page to open.

    ``idempotency_key`` must be stored and committed before the call; a repeated call must repeat every other
    field too, ``expires_at`` included, or the provider refuses it. ``expires_at`` lies 30 minutes to 24 hours
    ahead (Stripe, Checkout Sessions API); give it a few minutes of margin.
    """

    gift_ref: str
    amount_minor: int
    currency: str
    title: str
    locale: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    customer_email: str | None = None
    statement_suffix: str | None = None
    # What the donor adds for the fees; a line of its own on the page, part of what is charged.
    cover_minor: int = 0
    cover_title: str = ""
    # Once a month until ended: then `gift_ref` names the plan, and each payment is an invoice of it.
    monthly: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """What the provider says of one payment page. ``payment_status`` alone tells whether money is there."""

    id: str
    gift_ref: str
    url: str | None
    status: SessionStatus
    payment_status: PaymentStatus
    amount_minor: int
    currency: str
    payment_intent: str | None
    metadata: Mapping[str, str]
    created: datetime
    expires_at: datetime
    livemode: bool
    customer_email: str | None
    customer_name: str | None
    subscription: str | None = None
    customer: str | None = None
    monthly: bool = False

    @property
    def paid(self) -> bool:
        """Complete and paid: the only pair on which a gift may be counted."""
        return self.status == "complete" and self.payment_status == "paid"


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """One refund. Only ``failed`` and ``canceled`` give the money back to the organisation."""

    id: str
    amount_minor: int
    status: str
    created: datetime
    reason: str = ""  # the provider's word for why; of a failed one, why it failed
    ref: str = ""  # the refund of ours it was asked for; empty when it was made at the provider

    @property
    def counts(self) -> bool:
        """Whether this refund takes money from the organisation (pending ones already do)."""
        return self.status not in {"failed", "canceled"}


@dataclass(frozen=True, slots=True)
class DisputeMove:
    """One movement of a dispute: a positive amount was taken, a negative one given back; the fee likewise."""

    id: str
    amount_minor: int
    fee_minor: int
    created: datetime


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """One dispute. What it takes is in the payment's currency; it comes back only when ``status`` is won.

    ``taken_minor`` is what the provider has withdrawn so far less what it has given back (0 for an inquiry),
    ``fee_minor`` what it charges for the dispute itself, less what of it was given back. ``moves`` are the
    movements both are summed from.
    """

    id: str
    payment_intent: str
    amount_minor: int
    currency: str
    reason: str
    status: str  # warning_needs_response, needs_response, under_review, won, lost, prevented …
    created: datetime
    evidence_due: datetime | None
    taken_minor: int
    fee_minor: int
    refundable: bool
    livemode: bool
    moves: tuple[DisputeMove, ...] = ()


@dataclass(frozen=True, slots=True)
class WarningFacts:
    """A card issuer suspects fraud. ``actionable`` while neither disputed nor wholly refunded."""

    id: str
    payment_intent: str
    kind: str
    actionable: bool
    created: datetime
    livemode: bool


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A monthly plan at the provider (Stripe: a subscription)."""

    id: str
    plan_ref: str
    customer: str
    status: str  # incomplete, active, past_due, canceled, unpaid …
    amount_minor: int
    currency: str
    created: datetime
    next_payment: datetime | None
    ends_at: datetime | None
    livemode: bool


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One month of a plan. ``paid`` is false until money has moved."""

    id: str
    subscription: str
    plan_ref: str
    payment_intent: str | None
    amount_minor: int
    currency: str
    paid: bool
    created: datetime
    first: bool
    livemode: bool


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One movement of the provider's account, in the account's own currency: ``net = amount - fee``."""

    id: str
    kind: str  # charge, payment, refund, payment_refund, adjustment, stripe_fee, payout …
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    source: str  # the charge, refund, dispute or payout it tells of
    created: datetime
    available_on: datetime
    description: str = ""


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """Money sent to the organisation's bank. Only ``paid`` has arrived, and even that may turn to ``failed``."""

    id: str
    amount_minor: int
    currency: str
    status: str  # pending, in_transit, paid, failed, canceled
    created: datetime
    arrives_on: datetime
    livemode: bool


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Whose account a key opens, as far as the key may say."""

    id: str
    name: str
    country: str
    currency: str
    charges_enabled: bool


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What became of one payment: its charge, its cost and its refunds, all in the payment's currency.

    ``fee_minor`` is None until the provider has booked the charge; it may arrive minutes after the payment.
    """

    payment_intent: str
    gift_ref: str
    status: str
    amount_minor: int
    currency: str
    livemode: bool
    charge_id: str | None
    paid_at: datetime | None
    fee_minor: int | None
    refunds: tuple[RefundFacts, ...]
    disputed: bool
    disputes: tuple[DisputeFacts, ...] = ()
    method: str = ""  # card, sepa_debit …
    customer: str | None = None
    invoice: str | None = None

    @property
    def refunded_minor(self) -> int:
        """Sum of the refunds that stand."""
        return sum(refund.amount_minor for refund in self.refunds if refund.counts)


@dataclass(frozen=True, slots=True)
class Event:
    """A notification reduced to what it is about. Facts are read again at the provider, never from here."""

    id: str
    type: str
    created: datetime
    livemode: bool
    checkout_id: str | None
    payment_intent: str | None
    object_id: str = ""  # the invoice, subscription, dispute, warning, refund or payout it tells of
