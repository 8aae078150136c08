"""The only door to Stripe's kit; it keeps its connections and lets no Stripe object or error out.

Real Stripe and the sandbox pass through the same lines: only the address tells them apart.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from stripe.params import DisputeUpdateParams
from stripe.params.billing_portal import SessionCreateParams as PortalParams

from app.payments import permissions, signature, stripe_params, stripe_read
from app.payments.base import (
    EVENT_TYPES,
    AccountFacts,
    BadSignature,
    BalanceLine,
    CheckoutRequest,
    CheckoutSession,
    DisputeFacts,
    Event,
    InvoiceFacts,
    PaymentError,
    PaymentFacts,
    PayoutFacts,
    PlanFacts,
    RefundFacts,
    WarningFacts,
)
from app.payments.stripe_line import PAGE_SIZE, STRIPE_VERSION, Line, ask, every

__all__ = ["STRIPE_VERSION", "StripeGateway", "open_gateway"]

_WITH_CHARGE = ["latest_charge.balance_transaction", "latest_charge.refunds"]
_WITH_PLAN = ["parent.subscription_details.subscription", "payments"]


@cache
def open_gateway(api_key: str, api_base: str | None = None, account: str = "") -> "StripeGateway":
    """The gateway for one key and address, made once per process so that connections are reused."""
    return StripeGateway(api_key, api_base, account)


class StripeGateway:
    """PaymentGateway over Stripe's HTTP API. ``api_base`` points elsewhere, at the sandbox for one."""

    def __init__(self, api_key: str, api_base: str | None = None, account: str = "") -> None:
        self.account = account
        self.livemode = api_key.startswith(("sk_live_", "rk_live_"))
        self._line = Line(api_key, api_base)

    def create_checkout(self, request: CheckoutRequest) -> CheckoutSession:
        """Open a payment page. Idempotent by ``request.idempotency_key``."""
        params = stripe_params.checkout(request)
        create = self._line.v1.checkout.sessions.create
        made = ask(create, params, {"idempotency_key": request.idempotency_key})
        return stripe_read.checkout(made.to_dict())

    def get_checkout(self, checkout_id: str) -> CheckoutSession:
        """Read one payment page again."""
        return stripe_read.checkout(ask(self._line.v1.checkout.sessions.retrieve, checkout_id).to_dict())

    def expire_checkout(self, checkout_id: str) -> CheckoutSession:
        """Close an open payment page; one already paid or expired is returned as it is."""
        try:
            return stripe_read.checkout(ask(self._line.v1.checkout.sessions.expire, checkout_id).to_dict())
        except PaymentError as error:
            if error.retryable or error.code == "resource_missing":
                raise
            closed = self.get_checkout(checkout_id)
            if closed.status == "open":
                raise
            return closed

    def list_checkouts(self, since: datetime) -> Iterator[CheckoutSession]:
        """Every payment page created at or after ``since``, newest first."""
        found = ask(self._line.v1.checkout.sessions.list, {"created": _from(since), "limit": PAGE_SIZE})
        return map(stripe_read.checkout, every(found))

    def list_events(self, since: datetime) -> Iterator[Event]:
        """Every event the product acts on, created at or after ``since``, newest first.

        Stripe takes at most twenty types in one question, so all are asked for and ours are kept.
        """
        found = ask(self._line.v1.events.list, {"created": _from(since), "limit": PAGE_SIZE})
        return (stripe_read.event(item) for item in every(found) if item["type"] in EVENT_TYPES)

    def get_payment(self, payment_intent: str) -> PaymentFacts:
        """Read one payment with its latest charge, its fee, all its refunds and disputes."""
        retrieve = self._line.v1.payment_intents.retrieve
        intent = ask(retrieve, payment_intent, {"expand": list(_WITH_CHARGE)}).to_dict()
        charge = intent.get("latest_charge") or {}
        return stripe_read.payment(
            intent,
            self._refunds(charge) if charge else (),
            self._disputes(payment_intent) if charge.get("disputed") else (),
            None if "gift" in (intent.get("metadata") or {}) else self._invoice_of(payment_intent),
        )

    def refund(
        self, payment_intent: str, amount_minor: int, currency: str, *, reason: str, idempotency_key: str
    ) -> RefundFacts:
        """Give money back, once for one key; the refund carries the key as its ``ref``."""
        amount = stripe_params.on_the_wire(amount_minor, currency)
        params = stripe_params.refund(payment_intent, amount, reason, idempotency_key)
        made = ask(self._line.v1.refunds.create, params, {"idempotency_key": idempotency_key})
        return stripe_read.refund(made.to_dict())

    def get_plan(self, subscription: str) -> PlanFacts:
        """Read one monthly plan."""
        return stripe_read.plan(ask(self._line.v1.subscriptions.retrieve, subscription).to_dict())

    def end_plan(self, subscription: str) -> PlanFacts:
        """End a plan now; one already ended comes back as is."""
        try:
            return stripe_read.plan(ask(self._line.v1.subscriptions.cancel, subscription).to_dict())
        except PaymentError as error:
            if error.retryable:
                raise
            found = self.get_plan(subscription)
            if found.status not in {"canceled", "incomplete_expired"}:
                raise
            return found

    def open_portal(self, customer: str, return_url: str, locale: str) -> str:
        """The address of Stripe's page where a donor changes the card of a plan or ends it."""
        params = {"customer": customer, "return_url": return_url, "locale": locale}
        made = ask(self._line.v1.billing_portal.sessions.create, cast("PortalParams", params))
        return str(made.url)

    def get_invoice(self, invoice: str) -> InvoiceFacts:
        """Read one month of a plan."""
        found = ask(self._line.v1.invoices.retrieve, invoice, {"expand": list(_WITH_PLAN)})
        return stripe_read.invoice(found.to_dict())

    def list_invoices(self, subscription: str) -> Iterator[InvoiceFacts]:
        """Every month of a plan, newest first."""
        expand = [f"data.{path}" for path in _WITH_PLAN]
        params = {"subscription": subscription, "limit": PAGE_SIZE, "expand": expand}
        return map(stripe_read.invoice, every(ask(self._line.v1.invoices.list, cast("Any", params))))

    def get_dispute(self, dispute: str) -> DisputeFacts:
        """Read one dispute."""
        return stripe_read.dispute(ask(self._line.v1.disputes.retrieve, dispute).to_dict())

    def list_disputes(self, since: datetime) -> Iterator[DisputeFacts]:
        """Every dispute opened at or after ``since``, newest first."""
        found = ask(self._line.v1.disputes.list, {"created": _from(since), "limit": PAGE_SIZE})
        return map(stripe_read.dispute, every(found))

    def answer_dispute(self, dispute: str, evidence: Mapping[str, str], *, submit: bool) -> DisputeFacts:
        """Lay evidence before the bank; ``submit`` is final."""
        params = cast("DisputeUpdateParams", {"evidence": dict(evidence), "submit": submit})
        return stripe_read.dispute(ask(self._line.v1.disputes.update, dispute, params).to_dict())

    def get_warning(self, warning: str) -> WarningFacts:
        """Read one early fraud warning."""
        return stripe_read.warning(ask(self._line.v1.radar.early_fraud_warnings.retrieve, warning).to_dict())

    def list_balance(self, since: datetime) -> Iterator[BalanceLine]:
        """Every movement of the account at or after ``since``, newest first."""
        found = ask(self._line.v1.balance_transactions.list, {"created": _from(since), "limit": PAGE_SIZE})
        return map(stripe_read.balance_line, every(found))

    def list_payouts(self, since: datetime) -> Iterator[PayoutFacts]:
        """Every payout made at or after ``since``, newest first."""
        found = ask(self._line.v1.payouts.list, {"created": _from(since), "limit": PAGE_SIZE})
        return map(stripe_read.payout, every(found))

    def list_payout_lines(self, payout: str) -> Iterator[BalanceLine]:
        """What a payout is made of; the payout's own line is among them."""
        found = ask(self._line.v1.balance_transactions.list, {"payout": payout, "limit": PAGE_SIZE})
        return map(stripe_read.balance_line, every(found))

    def get_payout(self, payout: str) -> PayoutFacts:
        """Read one payout."""
        return stripe_read.payout(ask(self._line.v1.payouts.retrieve, payout).to_dict())

    def payment_behind(self, source: str) -> str | None:
        """The payment that a charge, refund or dispute belongs to; None for anything else."""
        v1 = self._line.v1
        kinds: dict[str, Any] = {"ch": v1.charges, "py": v1.charges, "re": v1.refunds, "pyr": v1.refunds}
        kinds |= {"dp": v1.disputes, "du": v1.disputes}
        found = kinds.get(source.partition("_")[0])
        return stripe_read.reference(ask(found.retrieve, source)["payment_intent"]) if found else None

    def get_account(self) -> AccountFacts:
        """Whose account this is."""
        return stripe_read.account(ask(self._line.v1.accounts.retrieve_current).to_dict())

    def missing_permissions(self) -> tuple[str, ...]:
        """What the key may not do though the product needs it; nothing is changed by asking."""
        return permissions.missing(self._line.v1)

    def read_event(
        self, payload: bytes, signature_header: str | None, secrets: Sequence[str], now: datetime
    ) -> Event:
        """Check a notification's raw body against its signature and say what it is about."""
        signature.verify(payload, signature_header, secrets, now)
        try:
            return stripe_read.event(json.loads(payload))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature("signed, but not a Stripe event") from error

    def close(self) -> None:
        """Give back the network connections."""
        self._line.connections.close()

    def _refunds(self, charge: dict[str, Any]) -> tuple[RefundFacts, ...]:
        embedded = charge.get("refunds") or {"data": [], "has_more": True}
        if not embedded["has_more"]:
            return tuple(map(stripe_read.refund, embedded["data"]))
        page = ask(self._line.v1.refunds.list, {"charge": charge["id"], "limit": PAGE_SIZE})
        return tuple(map(stripe_read.refund, every(page)))

    def _disputes(self, payment_intent: str) -> tuple[DisputeFacts, ...]:
        page = ask(self._line.v1.disputes.list, {"payment_intent": payment_intent, "limit": PAGE_SIZE})
        return tuple(map(stripe_read.dispute, every(page)))

    def _invoice_of(self, payment_intent: str) -> str | None:
        """The invoice a payment settles: a payment of a plan carries nothing of ours, its invoice leads there."""
        wanted: Any = {"payment": {"type": "payment_intent", "payment_intent": payment_intent}, "limit": 1}
        found = ask(self._line.v1.invoice_payments.list, wanted).data
        return stripe_read.reference(found[0].to_dict()["invoice"]) if found else None


def _from(since: datetime) -> Any:
    return {"gte": int(since.timestamp())}
