"""What the rooms may ask of a payment provider; it carries plain facts and refuses to decide anything."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.payments.facts import (
    AccountFacts,
    BalanceLine,
    CheckoutRequest,
    CheckoutSession,
    DisputeFacts,
    DisputeMove,
    Event,
    InvoiceFacts,
    PaymentFacts,
    PaymentStatus,
    PayoutFacts,
    PlanFacts,
    RefundFacts,
    SessionStatus,
    WarningFacts,
)

__all__ = [
    "EVENT_TYPES",
    "AccountFacts",
    "BadSignature",
    "BalanceLine",
    "CheckoutRequest",
    "CheckoutSession",
    "DisputeFacts",
    "DisputeMove",
    "Event",
    "InvoiceFacts",
    "PaymentError",
    "PaymentFacts",
    "PaymentGateway",
    "PaymentStatus",
    "PayoutFacts",
    "PlanFacts",
    "RefundFacts",
    "SessionStatus",
    "WarningFacts",
]

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


class PaymentGateway(Protocol):
    """A payment provider, through the key of one account. Only ``refund`` moves money; donors do the rest.

    Every method may raise PaymentError, except ``read_event`` which raises BadSignature and calls nobody.
    Each call is made outside any database transaction.
    """

    @property
    def livemode(self) -> bool:
        """True when the key in use moves real money."""

    @property
    def account(self) -> str:
        """Whose account the key opens, in our own name for it; empty for the instance's."""

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
        """Give money back, once for one key, which comes back as the refund's ``ref``.

        Raises PaymentError with the provider's code: charge_disputed, charge_already_refunded …
        """

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

    def payment_behind(self, source: str) -> str | None:
        """The payment that a charge, refund or dispute belongs to; None for anything else."""

    def get_account(self) -> AccountFacts:
        """Whose account this is."""

    def read_event(
        self, payload: bytes, signature_header: str | None, secrets: Sequence[str], now: datetime
    ) -> Event:
        """Check a notification's raw body against its signature and say what it is about.

        Any of ``secrets`` may have signed it (rotation). Raises BadSignature when none has, when the stamp is
        more than 300 seconds from ``now`` either way, or when the body is not an event.
        """

    def missing_permissions(self) -> tuple[str, ...]:
        """What the key may not do though the product needs it, in the provider's words; nothing is changed."""

    def close(self) -> None:
        """Give back the network connections. The gateway may be used again afterwards."""
