"""What the rooms may ask of a payment provider; it carries plain facts and refuses to decide anything.

Amounts are integers in the currency's ISO 4217 minor unit, currencies are upper-case ISO codes and
moments are aware UTC datetimes, whatever the provider itself uses on the wire.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

SessionStatus = Literal["open", "complete", "expired"]
PaymentStatus = Literal["paid", "unpaid", "no_payment_required"]

# The events the product acts on. An endpoint at the provider should send these and needs no others.
EVENT_TYPES: tuple[str, ...] = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "charge.succeeded",
    "charge.updated",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
)


class PaymentError(Exception):
    """The provider did not do what was asked.

    ``retryable`` says that the same call, with the same idempotency key, may work later; ``code`` is the
    provider's own word for the reason (``resource_missing``, ``amount_too_small`` …) or empty. The message
    is for the log: it holds no key, no personal data and no request body.
    """

    def __init__(self, message: str, *, retryable: bool, code: str = "") -> None:
        super().__init__(message)
        self.retryable = retryable
        self.code = code


class BadSignature(Exception):
    """A notification that nobody vouches for: it must leave no trace beyond a count."""


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

    @property
    def counts(self) -> bool:
        """Whether this refund takes money from the organisation (pending ones already do)."""
        return self.status not in {"failed", "canceled"}


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """One dispute. What it takes is in the payment's currency; it comes back only when ``status`` is won.

    ``taken_minor`` is what the provider has withdrawn so far less what it has given back (0 for an inquiry),
    ``fee_minor`` what it charges for the dispute itself.
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


class PaymentGateway(Protocol):
    """A payment provider, through the key of one account. Only ``refund`` moves money; donors do the rest.

    Every method may raise PaymentError, except ``read_event`` which raises BadSignature and calls nobody.
    Each call is made outside any database transaction.
    """

    @property
    def livemode(self) -> bool:
        """True when the key in use moves real money."""

    def create_checkout(self, request: CheckoutRequest) -> CheckoutSession:
        """Open a payment page. Idempotent by ``request.idempotency_key``: a repeat returns the same page."""

    def get_checkout(self, checkout_id: str) -> CheckoutSession:
        """Read one payment page again. Raises PaymentError(code="resource_missing") for an unknown id."""

    def expire_checkout(self, checkout_id: str) -> CheckoutSession:
        """Close an open payment page so that nobody can pay there; one already closed comes back as is."""

    def list_checkouts(self, since: datetime) -> Iterator[CheckoutSession]:
        """Every payment page created at or after ``since``, newest first, fetched as it is consumed."""

    def list_events(self, since: datetime) -> Iterator[Event]:
        """Every event of EVENT_TYPES created at or after ``since`` (Stripe keeps 30 days), newest first."""

    def get_payment(self, payment_intent: str) -> PaymentFacts:
        """Read one payment with its latest charge, its fee and all its refunds."""

    def refund(
        self, payment_intent: str, amount_minor: int, currency: str, *, reason: str, idempotency_key: str
    ) -> RefundFacts:
        """Give money back. Raises PaymentError with the provider's code: charge_disputed, charge_already_refunded …"""

    def get_plan(self, subscription: str) -> PlanFacts:
        """Read one monthly plan."""

    def end_plan(self, subscription: str) -> PlanFacts:
        """End a plan now; one already ended comes back as is."""

    def open_portal(self, customer: str, return_url: str, locale: str) -> str:
        """The address of the provider's own page where a donor changes the card of a plan or ends it."""

    def get_invoice(self, invoice: str) -> InvoiceFacts:
        """Read one month of a plan."""

    def list_invoices(self, subscription: str) -> Iterator[InvoiceFacts]:
        """Every month of a plan, newest first."""

    def get_dispute(self, dispute: str) -> DisputeFacts:
        """Read one dispute."""

    def list_disputes(self, since: datetime) -> Iterator[DisputeFacts]:
        """Every dispute opened at or after ``since``, newest first."""

    def answer_dispute(self, dispute: str, evidence: Mapping[str, str], *, submit: bool) -> DisputeFacts:
        """Lay evidence before the bank; ``submit`` is final."""

    def get_warning(self, warning: str) -> WarningFacts:
        """Read one early fraud warning."""

    def list_balance(self, since: datetime) -> Iterator[BalanceLine]:
        """Every movement of the account at or after ``since``, newest first."""

    def list_payouts(self, since: datetime) -> Iterator[PayoutFacts]:
        """Every payout made at or after ``since``, newest first."""

    def list_payout_lines(self, payout: str) -> Iterator[BalanceLine]:
        """What a payout is made of; the payout's own line is among them."""

    def get_payout(self, payout: str) -> PayoutFacts:
        """Read one payout."""

    def get_account(self) -> AccountFacts:
        """Whose account this is."""

    def read_event(
        self, payload: bytes, signature_header: str | None, secrets: Sequence[str], now: datetime
    ) -> Event:
        """Check a notification's raw body against its signature and say what it is about.

        Any of ``secrets`` may have signed it (rotation). Raises BadSignature when none has, when the stamp is
        more than 300 seconds from ``now`` either way, or when the body is not an event.
        """

    def close(self) -> None:
        """Give back the network connections. The gateway may be used again afterwards."""
