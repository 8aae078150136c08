"""What finds money nobody told us of: lost notifications, crashes between two steps, fees booked late."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.db import reading, transaction
from app.donations import queries, tracing
from app.donations.models import Gift, GivingPlan, PaymentPull
from app.donations.rules import GiftState, PlanState
from app.donations.service import doors, inbox, monthly, news
from app.donations.service.fulfilment import Mismatch, apply_payment
from app.donations.service.giving import PAGE_LIFE
from app.donations.tracing import Whose
from app.payments.base import CheckoutSession, PaymentError, PaymentGateway

log = structlog.get_logger("donations")

OVERLAP = timedelta(hours=1)
FIRST_LOOK = timedelta(days=29)  # Stripe keeps events for 30 days
INTENT_AGE = timedelta(minutes=3)


def reconcile_all() -> int:
    """Bring every gift of every account up to what Stripe says. Raises PaymentError after all had their turn."""
    return doors.with_every(reconcile)


def reconcile(gateway: PaymentGateway) -> int:
    """Bring every gift of one account up to what Stripe says; returns how many things were put right or read.

    Raises PaymentError when Stripe does not answer: nothing is lost, the next run starts where this one did.
    """
    found = pull_events(gateway)
    found += inbox.handle_waiting(gateway)
    found += find_lost_pages(gateway)
    return found + look_again(gateway)


def pull_events(gateway: PaymentGateway) -> int:
    """Put the events that never arrived into the inbox; returns how many there were."""
    began = clock.now()
    with reading() as session:
        pull = session.get(PaymentPull, _pull_name(gateway))
        since = pull.through - OVERLAP if pull else began - FIRST_LOOK
    missed = 0
    for event in gateway.list_events(since):
        with reading() as session:
            known = tracing.knows_event(session, inbox.event_id(event, gateway.account))
        if not known:
            with transaction() as session:
                missed += inbox.receive(session, event, livemode=gateway.livemode, account=gateway.account)
    with transaction() as session:
        session.merge(PaymentPull(name=_pull_name(gateway), through=began))
    return missed


def find_lost_pages(gateway: PaymentGateway) -> int:
    """Find the payment pages of gifts whose process died before it could note them, and close the others."""
    before, whose = clock.now() - INTENT_AGE, Whose(gateway.livemode, gateway.account)
    with reading() as session:
        intents: Sequence[Gift | GivingPlan] = [
            *tracing.intents_before(session, before, whose),
            *tracing.plan_intents_before(session, before, whose),
        ]
    if not intents:
        return 0
    lost = {row.pid: row for row in intents}
    for checkout in gateway.list_checkouts(min(row.created_at for row in intents) - timedelta(minutes=1)):
        if checkout.gift_ref in lost:
            _guarded(lambda page: _follow(gateway, page), checkout)
            del lost[checkout.gift_ref]
    for row in lost.values():
        if clock.now() - row.created_at > PAGE_LIFE:
            _give_up(row)
    return len(intents) - len(lost)


def look_again(gateway: PaymentGateway) -> int:
    """Read again what should have settled by now: pages, monthly plans, and payments still without their fee."""
    whose = Whose(gateway.livemode, gateway.account)
    with reading() as session:
        pages = tracing.unsettled_checkouts(session, clock.now(), PAGE_LIFE, whose)
        months = tracing.unsettled_months(session, clock.now(), whose)
        plans = tracing.plans_to_read(session, clock.now(), whose)
    looked = sum(_guarded(lambda page: _follow(gateway, gateway.get_checkout(page)), page) for page in pages)
    looked += sum(_guarded(lambda month: _read_month(gateway, *month), month) for month in months)
    return looked + sum(_guarded(lambda plan: monthly.refresh(gateway, plan), plan) for plan in plans)


def _follow(gateway: PaymentGateway, checkout: CheckoutSession) -> None:
    told = news.of_page(gateway, checkout)
    with transaction() as session:
        news.apply(session, told)


def _read_month(gateway: PaymentGateway, pid: str, intent: str) -> None:
    facts = gateway.get_payment(intent)
    with transaction() as session:
        apply_payment(session, pid, facts)


def _guarded(step: Callable[[Any], object], subject: Any) -> bool:
    """One gift that does not agree, that Stripe no longer knows or that cannot be read must not hide the others."""
    try:
        step(subject)
    except Mismatch as error:
        log.warning("payment page does not agree with its gift", reason=str(error))
        return False
    except PaymentError as error:
        if error.retryable:
            raise
        log.warning("payment page cannot be read", reason=str(error))
        return False
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("payment page not understood")
        return False
    return True


def _give_up(lost: Gift | GivingPlan) -> None:
    """No page was ever opened for this gift or plan and its key may no longer open one."""
    with transaction() as session:
        if isinstance(lost, Gift):
            gift = queries.gift_to_change(session, lost.pid)
            if gift is not None and gift.state is GiftState.INTENT:
                gift.state = GiftState.EXPIRED
                session.add(gift)
            return
        plan = tracing.plan_to_change(session, lost.pid)
        if plan is not None and plan.state is PlanState.INTENT:
            plan.state = PlanState.EXPIRED
            session.add(plan)


def _pull_name(gateway: PaymentGateway) -> str:
    return gateway.account or ("live" if gateway.livemode else "test")


def through(gateway: PaymentGateway) -> datetime | None:
    """Until when Stripe's events have been read."""
    with reading() as session:
        pull = session.get(PaymentPull, _pull_name(gateway))
        return pull.through if pull else None
