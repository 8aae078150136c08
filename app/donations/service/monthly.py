"""Monthly plans as Stripe has them: each paid invoice becomes one gift, however often and by whomever told."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, update

from app.core import clock
from app.core.db import insert_into, reading, transaction
from app.core.ids import new_pid
from app.defence import service as defence
from app.donations import tracing
from app.donations.models import Gift, Giver, GivingPlan
from app.donations.rules import GiftState, PlanState, Visibility, Way, advance_plan, plan_state_of
from app.donations.service.fulfilment import Mismatch, settle
from app.payments.base import CheckoutSession, InvoiceFacts, PaymentFacts, PaymentGateway, PlanFacts

_SAME = (
    "organisation_id",
    "campaign_id",
    "currency",
    "donor_name",
    "donor_email",
    "visibility",
    "company",
    "company_number",
    "address",
    "tribute",
    "tribute_name",
    "language",
    "link_id",
    "influencer_id",
    "livemode",
    "account",
)
_PAGE_STATES = {"open": PlanState.CHECKOUT, "expired": PlanState.EXPIRED}


@dataclass(frozen=True)
class Month:
    """A paid invoice and its payment."""

    invoice: InvoiceFacts
    facts: PaymentFacts


@dataclass(frozen=True)
class PlanNews:
    """What Stripe says of a plan, and the instant before it was asked: older news never replaces newer."""

    asked_at: datetime
    account: str
    page: CheckoutSession | None = None
    plan: PlanFacts | None = None
    months: tuple[Month, ...] = ()


def read_page(gateway: PaymentGateway, page: CheckoutSession) -> PlanNews:
    """What Stripe says of the plan a payment page began. Raises PaymentError."""
    asked = clock.now()
    if page.subscription is None or not _is_ours(page.gift_ref, gateway.account):
        return PlanNews(asked, gateway.account, page)
    plan = gateway.get_plan(page.subscription)
    return PlanNews(asked, gateway.account, page, plan, _months(gateway, page.subscription))


def read_plan(gateway: PaymentGateway, subscription: str, *, months: bool = False) -> PlanNews:
    """What Stripe says of a subscription; its paid invoices too with ``months``. Raises PaymentError."""
    asked = clock.now()
    plan = gateway.get_plan(subscription)
    ours = months and _is_ours(plan.plan_ref, gateway.account)
    return PlanNews(asked, gateway.account, None, plan, _months(gateway, subscription) if ours else ())


def read_invoice(gateway: PaymentGateway, invoice_id: str) -> PlanNews:
    """What Stripe says of one month and of its plan. Raises PaymentError."""
    asked, invoice = clock.now(), gateway.get_invoice(invoice_id)
    if not invoice.subscription or not _is_ours(invoice.plan_ref, gateway.account):
        return PlanNews(asked, gateway.account)
    month = _month(gateway, invoice)
    plan = gateway.get_plan(invoice.subscription)
    return PlanNews(asked, gateway.account, None, plan, (month,) if month else ())


def apply(session: Session, news: PlanNews) -> GivingPlan | None:
    """Bring a plan and its gifts up to date in the caller's transaction; None when it is none of ours.

    Safe to run any number of times, in any order, at the same time. Raises Mismatch.
    """
    named = news.plan.plan_ref if news.plan else news.page.gift_ref if news.page else ""
    row = tracing.plan_to_change(session, named) if named else None
    if row is None or row.account != news.account:
        return None
    if news.page is not None:
        _apply_page(session, row, news.page)
    if news.plan is not None:
        _apply_plan(row, news.plan, news.asked_at)
    session.add(row)
    session.flush()
    for month in news.months:
        _apply_month(session, row, month)
    return row


def refresh(gateway: PaymentGateway, subscription: str) -> GivingPlan | None:
    """Read a plan and all its months at Stripe and apply them. Raises PaymentError and Mismatch."""
    news = read_plan(gateway, subscription, months=True)
    with transaction() as session:
        return apply(session, news)


def refresh_page(gateway: PaymentGateway, checkout_id: str) -> tuple[GivingPlan | None, CheckoutSession]:
    """Read the page a plan began on and apply what came of it. Raises PaymentError and Mismatch."""
    page = gateway.get_checkout(checkout_id)
    news = read_page(gateway, page)
    with transaction() as session:
        return apply(session, news), page


def end(gateway: PaymentGateway, plan: GivingPlan) -> GivingPlan | None:
    """End a plan at Stripe, then here; one that never began has nothing to end there. Raises PaymentError."""
    if plan.subscription is None:
        return plan
    asked, told = clock.now(), gateway.end_plan(plan.subscription)
    with transaction() as session:
        return apply(session, PlanNews(asked, gateway.account, None, told))


def _is_ours(plan_ref: str, account: str) -> bool:
    with reading() as session:
        return bool(plan_ref) and tracing.knows_plan(session, plan_ref, account)


def _months(gateway: PaymentGateway, subscription: str) -> tuple[Month, ...]:
    found = [_month(gateway, invoice) for invoice in gateway.list_invoices(subscription)]
    return tuple(month for month in reversed(found) if month is not None)


def _month(gateway: PaymentGateway, invoice: InvoiceFacts) -> Month | None:
    """None when no money moved: not paid, or marked as paid elsewhere."""
    if not invoice.paid or invoice.payment_intent is None:
        return None
    return Month(invoice, gateway.get_payment(invoice.payment_intent))


def _apply_page(session: Session, row: GivingPlan, page: CheckoutSession) -> None:
    charged = row.amount_minor + row.cover_minor
    agrees = (page.currency, page.livemode, page.id) == (
        row.currency,
        row.livemode,
        row.checkout_id or page.id,
    )
    if not agrees or (row.state in _PAGE_STATES.values() and page.amount_minor != charged):
        raise Mismatch(f"plan {row.pid}: its payment page is another")
    row.checkout_id = page.id
    if page.status in _PAGE_STATES:
        row.state = advance_plan(row.state, _PAGE_STATES[page.status])
    if page.customer_email and not row.donor_email and row.visibility is not Visibility.NOBODY:
        row.donor_email = page.customer_email[:254]
        unnamed = (
            col(Gift.plan_id) == row.id,
            col(Gift.donor_email) == "",
            col(Gift.visibility) != Visibility.NOBODY,
        )
        session.execute(update(Gift).where(*unnamed).values(donor_email=row.donor_email))


def _apply_plan(row: GivingPlan, told: PlanFacts, asked_at: datetime) -> None:
    if (told.currency, told.livemode) != (row.currency, row.livemode):
        raise Mismatch(f"plan {row.pid}: another currency or mode at Stripe")
    if row.subscription not in (None, told.id):
        raise Mismatch(f"plan {row.pid}: another subscription at Stripe")
    if row.seen_at is not None and asked_at < row.seen_at:
        return
    row.subscription, row.customer, row.seen_at = told.id, told.customer, asked_at
    row.state = advance_plan(row.state, plan_state_of(told))
    if row.state is PlanState.ENDED:
        row.next_at, row.ended_at = None, row.ended_at or told.ends_at or asked_at
    else:
        row.next_at = told.next_payment


def _apply_month(session: Session, plan: GivingPlan, month: Month) -> None:
    """The gift of one paid invoice: made when it is told for the first time, then brought up to date."""
    if month.facts.status != "succeeded" or month.invoice.currency != plan.currency:
        return
    session.execute(
        insert_into(session, Gift)
        .values(**_gift_of(plan, month))
        .on_conflict_do_nothing(index_elements=["invoice"])
    )
    gift = tracing.gift_of_invoice(session, month.invoice.id)
    if gift is None or gift.plan_id != plan.id:
        return
    if plan.supporter_id is not None and session.get(Giver, gift.id) is None:
        session.add(Giver(gift_id=gift.id, supporter_id=plan.supporter_id))
    defence.paid(session, plan.pid)
    settle(session, gift, month.facts)
    session.add(gift)
    session.flush()


def _gift_of(plan: GivingPlan, month: Month) -> dict[str, object]:
    """What was paid is what counts: an amount changed at Stripe is all gift, for nobody said what part is not."""
    paid = month.facts.amount_minor
    cover = plan.cover_minor if paid == plan.amount_minor + plan.cover_minor else 0
    same = {name: getattr(plan, name) for name in _SAME}
    return same | {
        "pid": new_pid(),
        "idempotency_key": new_pid(),
        "amount_minor": paid - cover,
        "cover_minor": cover,
        "way": Way.ONLINE,
        "plan_id": plan.id,
        "state": GiftState.PAID,
        "message": plan.message if month.invoice.first else "",
        "invoice": month.invoice.id,
        "payment_intent": month.facts.payment_intent,
        "method": month.facts.method,
        "created_at": month.invoice.created,
        "paid_at": month.facts.paid_at,
    }
