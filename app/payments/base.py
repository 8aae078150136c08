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


class PaymentGateway(Protocol):
    """A payment provider. No method here moves money by itself: donors do, on the provider's page.

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

    def read_event(
        self, payload: bytes, signature_header: str | None, secrets: Sequence[str], now: datetime
    ) -> Event:
        """Check a notification's raw body against its signature and say what it is about.

        Any of ``secrets`` may have signed it (rotation). Raises BadSignature when none has, when the stamp is
        more than 300 seconds from ``now`` either way, or when the body is not an event.
        """

    def close(self) -> None:
        """Give back the network connections. The gateway may be used again afterwards."""
