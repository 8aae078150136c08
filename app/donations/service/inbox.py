"""The inbox of Stripe's events: each is kept once before it is acted on, and acted on until that succeeds.

An event says only what to look at. Its facts are read again at Stripe, so that order, repetition and age of
events do not matter.
"""

from datetime import timedelta

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.core import clock
from app.core.db import reading, transaction
from app.donations import queries
from app.donations.models import PaymentEvent
from app.donations.service.fulfilment import Mismatch, apply_checkout
from app.payments.base import EVENT_TYPES, CheckoutSession, Event, PaymentError, PaymentFacts, PaymentGateway

log = structlog.get_logger("donations")

MAX_ATTEMPTS = 20


class WrongMode(Exception):
    """A test event at an instance with real money, or the other way round."""


def receive(session: Session, event: Event, *, livemode: bool) -> bool:
    """Keep an event in the caller's transaction; True when it was new and of a kind that is acted on.

    Raises WrongMode when the event's mode is not ``livemode``, that of the key in use.
    """
    if event.livemode is not livemode:
        raise WrongMode
    if event.type not in EVENT_TYPES:
        return False
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    added = session.execute(
        insert(PaymentEvent)
        .values(
            id=event.id,
            type=event.type,
            livemode=event.livemode,
            payload={"checkout": event.checkout_id, "payment_intent": event.payment_intent},
            received_at=clock.now(),
            attempts=0,
            error="",
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(PaymentEvent.__table__.c.id)  # type: ignore[attr-defined]
    )
    return added.first() is not None


def handle(gateway: PaymentGateway, event_id: str) -> bool:
    """Act on an event of the inbox; True when it is done with. Never raises what Stripe refuses."""
    with reading() as session:
        event = session.get(PaymentEvent, event_id)
        if event is None or event.handled_at is not None:
            return True
        checkout_id, intent = event.payload["checkout"], event.payload["payment_intent"]
        checkout_id = checkout_id or queries.checkout_of_payment(session, intent or "")
    try:
        checkout, facts = _facts(gateway, checkout_id, intent)
        with transaction() as session:
            if checkout is not None:
                apply_checkout(session, checkout, facts)
            _settle(session, event_id, done=True)
    except (PaymentError, Mismatch) as error:
        log.warning("payment event not applied", payment_event=event_id, reason=str(error))
        done = not (isinstance(error, PaymentError) and error.retryable)
        with transaction() as session:
            _settle(session, event_id, done=done, error=str(error))
        return done
    return True


def handle_waiting(gateway: PaymentGateway) -> int:
    """Act on every event that still waits and whose pause after a failed try is over; how many are done."""
    with reading() as session:
        waiting = [
            event.id
            for event in queries.waiting_events(session, MAX_ATTEMPTS)
            if clock.now() - event.received_at >= _pause(event.attempts)
        ]
    return sum(handle(gateway, event_id) for event_id in waiting)


def _facts(
    gateway: PaymentGateway, checkout_id: str | None, intent: str | None
) -> tuple[CheckoutSession | None, PaymentFacts | None]:
    """What Stripe says now. A payment whose page we do not know yet leads to its gift, and so to the page."""
    facts = gateway.get_payment(intent) if intent else None
    if checkout_id is None and facts is not None and facts.gift_ref:
        with reading() as session:
            checkout_id = queries.checkout_of_gift(session, facts.gift_ref)
    if checkout_id is None:
        return None, None
    checkout = gateway.get_checkout(checkout_id)
    if checkout.payment_intent and (facts is None or facts.payment_intent != checkout.payment_intent):
        facts = gateway.get_payment(checkout.payment_intent)
    return checkout, facts


def _settle(session: Session, event_id: str, *, done: bool, error: str = "") -> None:
    event = session.get(PaymentEvent, event_id)
    if event is None or event.handled_at is not None:
        return
    event.attempts += 1
    event.error = error[:400]
    event.handled_at = clock.now() if done else None
    session.add(event)


def _pause(attempts: int) -> timedelta:
    """How old an event must be before its next try: a little at first, then hours."""
    return timedelta(seconds=min(15 * 2**attempts, 6 * 3600) if attempts else 0)
