"""What an event leads to at Stripe: read again outside any transaction, then applied in one.

Only what belongs to the account the event came to is touched: an organisation's own account can say nothing of
another's gifts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from app.core.db import reading
from app.defence import service as defence
from app.donations import tracing
from app.donations.aftermath import noting
from app.donations.service import monthly
from app.donations.service.fulfilment import apply_checkout, apply_payment
from app.donations.service.monthly import PlanNews
from app.payments.base import CheckoutSession, PaymentFacts, PaymentGateway, WarningFacts

DECLINED = "payment_intent.payment_failed"


@dataclass(frozen=True)
class News:
    """What Stripe says now: of a page and its payment, of a payment of a known gift, or of a monthly plan."""

    account: str
    checkout: CheckoutSession | None = None
    facts: PaymentFacts | None = None
    month_of: str = ""  # the gift of a plan's month that ``facts`` are about
    plan: PlanNews | None = None
    warning: WarningFacts | None = None
    declined: str = ""  # the gift or plan on whose payment page a card was just declined


def read(gateway: PaymentGateway, kind: str, payload: Mapping[str, Any]) -> News:
    """Read at Stripe what an event of a kind is about. Raises PaymentError."""
    subject = str(payload.get("object") or "")
    if kind.startswith("checkout.session."):
        return _of_checkout(gateway, payload["checkout"], None)
    if kind.startswith("invoice."):
        return News(gateway.account, plan=monthly.read_invoice(gateway, subject))
    if kind.startswith("customer.subscription."):
        return News(gateway.account, plan=monthly.read_plan(gateway, subject))
    if kind.startswith("radar.early_fraud_warning."):
        warning = gateway.get_warning(subject)
        return replace(_of_payment(gateway, warning.payment_intent), warning=warning)
    if payload["payment_intent"]:
        told = _of_payment(gateway, payload["payment_intent"])
        return replace(told, declined=_about(told)) if kind == DECLINED else told
    return News(gateway.account)


def apply(session: Session, news: News) -> None:
    """Bring gifts and plans up to what was read, in the caller's transaction. Raises Mismatch."""
    if news.declined:  # first: a page that is paid teaches nothing more
        defence.refused(session, news.declined)
    if news.plan is not None:
        monthly.apply(session, news.plan)
    if news.month_of and news.facts is not None:
        apply_payment(session, news.month_of, news.facts)
    elif news.checkout is not None:
        apply_checkout(session, news.checkout, news.facts, account=news.account)
    if news.warning is not None:
        gift = tracing.gift_of_payment(session, news.warning.payment_intent, news.account)
        if gift is not None:
            noting.note_warning(session, news.warning, gift)


def _about(told: News) -> str:
    """What a payment was for, by our name of it; only what this account may speak of."""
    if told.checkout is not None:
        return told.checkout.gift_ref
    return told.plan.plan.plan_ref if told.plan is not None and told.plan.plan is not None else ""


def of_page(gateway: PaymentGateway, checkout: CheckoutSession) -> News:
    """What became of a page that was read already. Raises PaymentError."""
    if checkout.monthly:
        return News(gateway.account, plan=monthly.read_page(gateway, checkout))
    facts = gateway.get_payment(checkout.payment_intent) if checkout.payment_intent else None
    return News(gateway.account, checkout, facts)


def _of_checkout(gateway: PaymentGateway, checkout_id: str, facts: PaymentFacts | None) -> News:
    checkout = gateway.get_checkout(checkout_id)
    if facts is not None and facts.payment_intent == checkout.payment_intent:
        return News(gateway.account, checkout, facts)
    return of_page(gateway, checkout)


def _of_payment(gateway: PaymentGateway, intent: str) -> News:
    """A payment leads to its gift: by itself, by the gift it names, or by the invoice it settles."""
    facts = gateway.get_payment(intent)
    with reading() as session:
        known = tracing.gift_of_payment(session, intent, gateway.account)
        if known is None and facts.gift_ref:
            known = tracing.gift_by_pid(session, facts.gift_ref, gateway.account)
    if known is not None and known.plan_id is not None:
        return News(gateway.account, facts=facts, month_of=known.pid)
    if known is not None and known.checkout_id:
        return _of_checkout(gateway, known.checkout_id, facts)
    if known is None and facts.invoice:
        return News(gateway.account, plan=monthly.read_invoice(gateway, facts.invoice))
    return News(gateway.account)
