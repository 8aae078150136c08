"""What finds money nobody told us of: lost notifications, crashes between two steps, fees booked late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from app.core import clock
from app.core.db import reading, transaction
from app.donations import queries
from app.donations.models import Gift, PaymentPull
from app.donations.rules import GiftState
from app.donations.service import inbox
from app.donations.service.fulfilment import Mismatch, apply_checkout, refresh
from app.donations.service.giving import PAGE_LIFE
from app.payments.base import CheckoutSession, PaymentError, PaymentGateway

log = structlog.get_logger("donations")

OVERLAP = timedelta(hours=1)
FIRST_LOOK = timedelta(days=29)  # Stripe keeps events for 30 days
INTENT_AGE = timedelta(minutes=3)


def reconcile(gateway: PaymentGateway) -> int:
    """Bring every gift up to what Stripe says; returns how many things were put right or looked at.

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
            known = queries.knows_event(session, event.id)
        if not known:
            with transaction() as session:
                missed += inbox.receive(session, event, livemode=gateway.livemode)
    with transaction() as session:
        session.merge(PaymentPull(name=_pull_name(gateway), through=began))
    return missed


def find_lost_pages(gateway: PaymentGateway) -> int:
    """Find the payment pages of gifts whose process died before it could note them, and close the others."""
    with reading() as session:
        intents = queries.intents_before(session, clock.now() - INTENT_AGE, livemode=gateway.livemode)
    if not intents:
        return 0
    lost = {gift.pid: gift for gift in intents}
    for checkout in gateway.list_checkouts(intents[0].created_at - timedelta(minutes=1)):
        if checkout.gift_ref in lost:
            _apply(gateway, checkout)
            del lost[checkout.gift_ref]
    for gift in lost.values():
        if clock.now() - gift.created_at > PAGE_LIFE:
            _give_up(gift)
    return len(intents) - len(lost)


def look_again(gateway: PaymentGateway) -> int:
    """Read again the gifts that should have settled by now, and the paid ones still without their fee."""
    with reading() as session:
        due = queries.unsettled_checkouts(session, clock.now(), PAGE_LIFE, livemode=gateway.livemode)
    looked = 0
    for checkout_id in due:
        looked += _guarded(lambda wanted: refresh(gateway, wanted), checkout_id)
    return looked


def _apply(gateway: PaymentGateway, checkout: CheckoutSession) -> None:
    facts = gateway.get_payment(checkout.payment_intent) if checkout.payment_intent else None
    with transaction() as session:
        _guarded(lambda told: apply_checkout(session, told, facts), checkout)


def _guarded(step: Callable[[Any], object], subject: Any) -> bool:
    """One gift that does not agree, or that Stripe no longer knows, must not hide the others."""
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
    return True


def _give_up(gift: Gift) -> None:
    """No page was ever opened for this gift and its key may no longer open one."""
    with transaction() as session:
        row = queries.gift_to_change(session, gift.pid)
        if row is not None and row.state is GiftState.INTENT:
            row.state = GiftState.EXPIRED
            session.add(row)


def _pull_name(gateway: PaymentGateway) -> str:
    return "live" if gateway.livemode else "test"


def through(gateway: PaymentGateway) -> datetime | None:
    """Until when Stripe's events have been read."""
    with reading() as session:
        pull = session.get(PaymentPull, _pull_name(gateway))
        return pull.through if pull else None
