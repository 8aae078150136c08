"""Reads that lead from what Stripe names to rows of ours, and to what should be asked about again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from app.donations.models import Gift, GivingPlan, LedgerEntry, PaymentEvent, StripeAccount
from app.donations.rules import EntryKind, GiftState, PlanState

FEE_COMES_WITHIN = timedelta(days=2)
FEE_LATE_AFTER = timedelta(minutes=5)
PLAN_READ_EVERY = timedelta(days=1)
MONTH_SETTLES_WITHIN = timedelta(hours=2)  # Stripe finalises an invoice an hour after it made it


@dataclass(frozen=True)
class Whose:
    """The part of the gifts that one key may be asked about."""

    livemode: bool
    account: str


def gift_of_payment(session: Session, payment_intent: str, account: str) -> Gift | None:
    """The gift a payment is for, when we know it."""
    wanted = (Gift.payment_intent == payment_intent, Gift.account == account)
    return session.exec(select(Gift).where(*wanted)).first()


def gift_by_pid(session: Session, pid: str, account: str) -> Gift | None:
    """A gift taken through an account."""
    return session.exec(select(Gift).where(Gift.pid == pid, Gift.account == account)).first()


def gift_of_invoice(session: Session, invoice: str) -> Gift | None:
    """The gift of one month of a plan, locked until the transaction ends."""
    return session.exec(select(Gift).where(Gift.invoice == invoice).with_for_update()).first()


def plan_to_change(session: Session, pid: str) -> GivingPlan | None:
    """A plan, locked until the transaction ends so that two tellers of the same news take turns."""
    return session.exec(select(GivingPlan).where(GivingPlan.pid == pid).with_for_update()).first()


def plan_by_checkout(session: Session, campaign_id: int, checkout_id: str) -> GivingPlan | None:
    """The plan that began on a payment page of a campaign."""
    wanted = (GivingPlan.checkout_id == checkout_id, GivingPlan.campaign_id == campaign_id)
    return session.exec(select(GivingPlan).where(*wanted)).first()


def knows_plan(session: Session, pid: str, account: str) -> bool:
    """Whether a plan is ours, taken through an account."""
    wanted = (GivingPlan.pid == pid, GivingPlan.account == account)
    return session.exec(select(GivingPlan.id).where(*wanted)).first() is not None


def has_month(session: Session, plan_id: int) -> bool:
    """Whether a month of a plan was ever paid."""
    return session.exec(select(Gift.id).where(Gift.plan_id == plan_id).limit(1)).first() is not None


def intents_before(session: Session, moment: datetime, whose: Whose) -> Sequence[Gift]:
    """Gifts stored before a moment for which no payment page was noted, the oldest first."""
    mode = (Gift.livemode == whose.livemode, Gift.account == whose.account)
    return session.exec(
        select(Gift)
        .where(Gift.state == GiftState.INTENT, Gift.created_at < moment, *mode)
        .order_by(col(Gift.created_at))
    ).all()


def plan_intents_before(session: Session, moment: datetime, whose: Whose) -> Sequence[GivingPlan]:
    """The same of monthly plans."""
    mode = (GivingPlan.livemode == whose.livemode, GivingPlan.account == whose.account)
    return session.exec(
        select(GivingPlan)
        .where(GivingPlan.state == PlanState.INTENT, GivingPlan.created_at < moment, *mode)
        .order_by(col(GivingPlan.created_at))
    ).all()


def unsettled_checkouts(
    session: Session, moment: datetime, page_life: timedelta, whose: Whose
) -> Sequence[str]:
    """Payment pages to read again: over without an outcome, waiting for late money, or paid without a fee."""
    gifts = session.exec(
        select(Gift.checkout_id).where(
            col(Gift.checkout_id).is_not(None),
            Gift.livemode == whose.livemode,
            Gift.account == whose.account,
            or_(
                and_(col(Gift.state) == GiftState.CHECKOUT, col(Gift.created_at) < moment - page_life),
                col(Gift.state) == GiftState.PENDING,
                _lacks_fee(moment),
            ),
        )
    )
    plans = session.exec(
        select(GivingPlan.checkout_id).where(
            col(GivingPlan.checkout_id).is_not(None),
            GivingPlan.livemode == whose.livemode,
            GivingPlan.account == whose.account,
            GivingPlan.state == PlanState.CHECKOUT,
            GivingPlan.created_at < moment - page_life,
        )
    )
    return [checkout_id for checkout_id in (*gifts, *plans) if checkout_id]


def unsettled_months(session: Session, moment: datetime, whose: Whose) -> Sequence[tuple[str, str]]:
    """Paid months of plans still without their fee: the gift and its payment."""
    found = session.exec(
        select(Gift.pid, Gift.payment_intent).where(
            col(Gift.plan_id).is_not(None),
            Gift.livemode == whose.livemode,
            Gift.account == whose.account,
            _lacks_fee(moment),
        )
    )
    return [(pid, intent) for pid, intent in found if intent]


def plans_to_read(session: Session, moment: datetime, whose: Whose) -> Sequence[str]:
    """Subscriptions to read again: a month should have been paid by now, or nobody asked for a day."""
    running = col(GivingPlan.state).in_([PlanState.ACTIVE, PlanState.LATE])
    due = col(GivingPlan.next_at) < moment - MONTH_SETTLES_WITHIN
    old = col(GivingPlan.seen_at).is_(None) | (col(GivingPlan.seen_at) < moment - PLAN_READ_EVERY)
    mode = (GivingPlan.livemode == whose.livemode, GivingPlan.account == whose.account)
    found = session.exec(select(GivingPlan.subscription).where(running, due | old, *mode).limit(200))
    return [subscription for subscription in found if subscription]


def knows_event(session: Session, event_id: str) -> bool:
    """Whether an event is in the inbox."""
    return session.get(PaymentEvent, event_id) is not None


def waiting_events(session: Session, max_attempts: int, account: str) -> Sequence[PaymentEvent]:
    """Events of an account not yet acted on, the oldest first."""
    return session.exec(
        select(PaymentEvent)
        .where(
            col(PaymentEvent.handled_at).is_(None),
            PaymentEvent.attempts < max_attempts,
            PaymentEvent.account == account,
        )
        .order_by(col(PaymentEvent.received_at))
        .limit(500)
    ).all()


def accounts_waiting(session: Session, max_attempts: int) -> Sequence[str]:
    """The accounts with events that wait to be acted on."""
    waiting = (col(PaymentEvent.handled_at).is_(None), PaymentEvent.attempts < max_attempts)
    return session.exec(select(PaymentEvent.account).where(*waiting).distinct()).all()


def arrived(session: Session, event_ids: Sequence[str]) -> int:
    """How many of some events are in the inbox."""
    return len(session.exec(select(PaymentEvent.id).where(col(PaymentEvent.id).in_(event_ids))).all())


def stripe_account(session: Session, organisation_id: int) -> StripeAccount | None:
    """The account an organisation has connected."""
    wanted = (StripeAccount.organisation_id == organisation_id, col(StripeAccount.removed_at).is_(None))
    return session.exec(select(StripeAccount).where(*wanted)).first()


def stripe_account_by_pid(session: Session, pid: str) -> StripeAccount | None:
    """A connected account by our name for it."""
    wanted = (StripeAccount.pid == pid, col(StripeAccount.removed_at).is_(None))
    return session.exec(select(StripeAccount).where(*wanted)).first()


def merchant(session: Session, account: str) -> str:
    """Whose name an account carries at Stripe, removed ones too; empty for the instance's."""
    return session.exec(select(StripeAccount.name).where(StripeAccount.pid == account)).first() or ""


def stripe_accounts(session: Session) -> Sequence[StripeAccount]:
    """Every connected account."""
    return session.exec(
        select(StripeAccount).where(col(StripeAccount.removed_at).is_(None)).order_by(col(StripeAccount.id))
    ).all()


def _lacks_fee(moment: datetime) -> ColumnElement[bool]:
    """A gift paid lately whose payment Stripe had not booked when it was last read."""
    fee = exists().where(col(LedgerEntry.gift_id) == col(Gift.id), col(LedgerEntry.kind) == EntryKind.FEE)
    return and_(
        col(Gift.state) == GiftState.PAID,
        col(Gift.paid_at) < moment - FEE_LATE_AFTER,
        col(Gift.paid_at) > moment - FEE_COMES_WITHIN,
        ~fee,
    )
