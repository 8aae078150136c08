"""What Stripe says, read: its objects become our facts, its units ours; what it does not say stays unknown."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from app.payments.amounts import from_stripe, share_of_fee
from app.payments.base import (
    AccountFacts,
    BalanceLine,
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

Item = Mapping[str, Any]


def checkout(data: Item) -> CheckoutSession:
    """A payment page; one that another product of the account opened to keep a card has no amount."""
    currency = _currency(data)
    customer = data.get("customer_details") or {}
    metadata = {str(key): str(value) for key, value in (data.get("metadata") or {}).items()}
    return CheckoutSession(
        id=data["id"],
        gift_ref=data.get("client_reference_id") or metadata.get("gift") or metadata.get("plan", ""),
        url=data.get("url"),
        status=cast("SessionStatus", data["status"]),
        payment_status=cast("PaymentStatus", data["payment_status"]),
        amount_minor=from_stripe(data["amount_total"] or 0, currency),
        currency=currency,
        payment_intent=reference(data.get("payment_intent")),
        metadata=metadata,
        created=moment(data["created"]),
        expires_at=moment(data["expires_at"]),
        livemode=data["livemode"],
        customer_email=customer.get("email") or data.get("customer_email"),
        customer_name=customer.get("name"),
        subscription=reference(data.get("subscription")),
        customer=reference(data.get("customer")),
        monthly=data["mode"] == "subscription",
    )


def payment(
    intent: Item, refunds: tuple[RefundFacts, ...], disputes: tuple[DisputeFacts, ...], invoice: str | None
) -> PaymentFacts:
    """A payment whose latest charge and that charge's balance transaction are expanded."""
    charge, currency = intent.get("latest_charge") or {}, _currency(intent)
    return PaymentFacts(
        payment_intent=intent["id"],
        gift_ref=str((intent.get("metadata") or {}).get("gift", "")),
        status=intent["status"],
        amount_minor=from_stripe(intent["amount_received"], currency),
        currency=currency,
        livemode=intent["livemode"],
        charge_id=charge.get("id"),
        paid_at=moment(charge["created"]) if charge.get("paid") else None,
        fee_minor=_fee(charge, currency) if charge else None,
        refunds=refunds,
        disputed=bool(charge.get("disputed")),
        disputes=disputes,
        method=str((charge.get("payment_method_details") or {}).get("type", "")),
        customer=reference(intent.get("customer")),
        invoice=invoice,
    )


def refund(data: Item) -> RefundFacts:
    return RefundFacts(
        id=data["id"],
        amount_minor=from_stripe(data["amount"], _currency(data)),
        status=data["status"] or "succeeded",
        created=moment(data["created"]),
        reason=str(data.get("failure_reason") or data.get("reason") or ""),
        ref=str((data.get("metadata") or {}).get("refund", "")),
    )


def dispute(data: Item) -> DisputeFacts:
    currency = _currency(data)
    moves = tuple(_move(line, data) for line in data.get("balance_transactions") or ())
    due = (data.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        id=data["id"],
        payment_intent=reference(data.get("payment_intent")) or "",
        amount_minor=from_stripe(data["amount"], currency),
        currency=currency,
        reason=str(data["reason"]),
        status=data["status"],
        created=moment(data["created"]),
        evidence_due=moment(due) if due else None,
        taken_minor=sum(move.amount_minor for move in moves),
        fee_minor=sum(move.fee_minor for move in moves),
        refundable=bool(data.get("is_charge_refundable")),
        livemode=data["livemode"],
        moves=moves,
    )


def warning(data: Item) -> WarningFacts:
    return WarningFacts(
        id=data["id"],
        payment_intent=reference(data.get("payment_intent")) or "",
        kind=data["fraud_type"],
        actionable=data["actionable"],
        created=moment(data["created"]),
        livemode=data["livemode"],
    )


def plan(data: Item) -> PlanFacts:
    """A subscription. Its period stands on its items since Stripe's version 2025-03-31."""
    items: Sequence[Item] = data["items"]["data"]
    currency = _currency(data)
    total = sum((item["price"]["unit_amount"] or 0) * (item.get("quantity") or 1) for item in items)
    ends, period = data.get("ended_at") or data.get("cancel_at"), items[0].get("current_period_end")
    if not ends and data.get("cancel_at_period_end"):
        ends = period
    running = data["status"] in {"active", "past_due", "trialing"} and not ends
    return PlanFacts(
        id=data["id"],
        plan_ref=str((data.get("metadata") or {}).get("plan", "")),
        customer=reference(data["customer"]) or "",
        status=data["status"],
        amount_minor=from_stripe(total, currency),
        currency=currency,
        created=moment(data["created"]),
        next_payment=moment(period) if running and period else None,
        ends_at=moment(ends) if ends else None,
        livemode=data["livemode"],
    )


def invoice(data: Item) -> InvoiceFacts:
    """An invoice with its payments and its subscription expanded: only the subscription names our plan."""
    parent = (data.get("parent") or {}).get("subscription_details") or {}
    subscription = parent.get("subscription")
    of_it = subscription.get("metadata") if isinstance(subscription, Mapping) else parent.get("metadata")
    payments = (data.get("payments") or {}).get("data") or []
    made = [one for one in payments if one["status"] == "paid"] or payments
    currency = _currency(data)
    paid = data["status"] == "paid"
    return InvoiceFacts(
        id=data["id"],
        subscription=reference(subscription) or "",
        plan_ref=str((of_it or {}).get("plan", "")),
        payment_intent=reference(made[0]["payment"].get("payment_intent")) if made else None,
        amount_minor=from_stripe(data["amount_paid"] if paid else data["amount_due"], currency),
        currency=currency,
        paid=paid,
        created=moment(data["created"]),
        first=data["billing_reason"] == "subscription_create",
        livemode=data["livemode"],
    )


def balance_line(data: Item) -> BalanceLine:
    currency = _currency(data)
    return BalanceLine(
        id=data["id"],
        kind=data["type"],
        amount_minor=from_stripe(data["amount"], currency),
        fee_minor=from_stripe(data["fee"], currency),
        net_minor=from_stripe(data["net"], currency),
        currency=currency,
        source=reference(data.get("source")) or "",
        created=moment(data["created"]),
        available_on=moment(data["available_on"]),
        description=str(data.get("description") or ""),
    )


def payout(data: Item) -> PayoutFacts:
    currency = _currency(data)
    return PayoutFacts(
        id=data["id"],
        amount_minor=from_stripe(data["amount"], currency),
        currency=currency,
        status=data["status"],
        created=moment(data["created"]),
        arrives_on=moment(data["arrival_date"]),
        livemode=data["livemode"],
    )


def account(data: Item) -> AccountFacts:
    profile = data.get("business_profile") or {}
    shown = ((data.get("settings") or {}).get("dashboard") or {}).get("display_name")
    return AccountFacts(
        id=data["id"],
        name=str(shown or profile.get("name") or data.get("email") or ""),
        country=str(data.get("country") or ""),
        currency=str(data.get("default_currency") or "").upper(),
        charges_enabled=bool(data.get("charges_enabled")),
    )


def event(data: Item) -> Event:
    """What a notification is about. Raises ValueError, KeyError and the like when it is none."""
    if data["object"] != "event":
        raise ValueError("not an event")
    subject = data["data"]["object"]
    kind = subject.get("object")
    is_intent = kind == "payment_intent"
    return Event(
        id=str(data["id"]),
        type=str(data["type"]),
        created=moment(data["created"]),
        livemode=data["livemode"] is True,
        checkout_id=subject["id"] if kind == "checkout.session" else None,
        payment_intent=subject["id"] if is_intent else reference(subject.get("payment_intent")),
        object_id=str(subject.get("id") or ""),
    )


def reference(value: Any) -> str | None:
    """The id of a Stripe reference, expanded or not."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return str(value) if value else None


def moment(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _currency(data: Item) -> str:
    return str(data["currency"] or "").upper()


def _fee(charge: Item, currency: str) -> int | None:
    booked = charge.get("balance_transaction")
    if not isinstance(booked, Mapping):
        return None
    return from_stripe(share_of_fee(booked["fee"], booked["amount"], charge["amount_captured"]), currency)


def _move(line: Item, of: Item) -> DisputeMove:
    """One balance transaction of a dispute, in the payment's currency.

    Booked in another currency, what is given back may differ by the rate of the day: the payment's own
    amount is what was taken and what came back.
    """
    currency, amount, fee = _currency(of), -line["amount"], line["fee"]
    if line["currency"] != of["currency"] and amount:
        fee = share_of_fee(abs(fee), abs(amount), of["amount"]) * (1 if fee >= 0 else -1)
        amount = of["amount"] if amount > 0 else -of["amount"]
    sign = 1 if amount >= 0 else -1
    fee_sign = 1 if fee >= 0 else -1
    return DisputeMove(
        id=line["id"],
        amount_minor=sign * from_stripe(abs(amount), currency),
        fee_minor=fee_sign * from_stripe(abs(fee), currency),
        created=moment(line["created"]),
    )
