"""The inbox of Stripe's events: each is kept once before it is acted on, and acted on until that succeeds.

An event says only what to look at. Its facts are read again at Stripe, so that order, repetition and age of
events do not matter. Those we do not know are kept too, as done: they may tell us later what we missed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, update

from app.core import clock
from app.core.db import reading, transaction
from app.donations import tracing
from app.donations.models import PaymentEvent, StripeAccount
from app.donations.service import news
from app.donations.service.doors import NoDoor, gateway_for
from app.donations.service.fulfilment import Mismatch
from app.payments.base import EVENT_TYPES, Event, PaymentError, PaymentGateway

log = structlog.get_logger("donations")

MAX_ATTEMPTS = 20
HEARD_EVERY = timedelta(minutes=1)


class WrongMode(Exception):
    """A test event at an instance with real money, or the other way round."""


def receive(session: Session, event: Event, *, livemode: bool, account: str = "") -> bool:
    """Keep an event in the caller's transaction; True when it was new and of a kind that is acted on.

    Raises WrongMode when the event's mode is not ``livemode``, that of the key in use.
    """
    return event_id(event, account) in keep(session, [row_of(event, livemode=livemode, account=account)])


def row_of(event: Event, *, livemode: bool, account: str = "") -> dict[str, Any]:
    """What is kept of an event; one of no kind of ours counts as handled. Raises WrongMode."""
    if event.livemode is not livemode:
        raise WrongMode
    now = clock.now()
    return {
        "id": event_id(event, account),
        "type": event.type[:80],
        "livemode": event.livemode,
        "account": account,
        "payload": {
            "checkout": event.checkout_id,
            "payment_intent": event.payment_intent,
            "object": event.object_id,
        },
        "received_at": now,
        "handled_at": None if event.type in EVENT_TYPES else now,
        "attempts": 0,
        "error": "",
    }


def keep(session: Session, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Keep many events at once; the ids of those that are new and wait to be acted on."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    table = PaymentEvent.__table__  # type: ignore[attr-defined]
    added = session.execute(
        insert(PaymentEvent)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(table.c.id, table.c.handled_at)
    )
    new = {event_id for event_id, handled_at in added if handled_at is None}
    _heard(session, {str(row["account"]) for row in rows if row["account"]})
    return new


def event_id(event: Event, account: str) -> str:
    """The name an event is kept under: nobody's own account can take the place of another's event."""
    return f"{account}:{event.id}" if account else event.id


def handle(gateway: PaymentGateway, event_id: str) -> bool:
    """Act on an event of the inbox; True when it is done with. Never raises what Stripe refuses."""
    with reading() as session:
        event = session.get(PaymentEvent, event_id)
    if event is None or event.handled_at is not None:
        return True
    try:
        told = news.read(gateway, event.type, event.payload)
        with transaction() as session:
            news.apply(session, told)
            _settle(session, event_id, done=True)
    except (PaymentError, Mismatch) as error:
        log.warning("payment event not applied", payment_event=event_id, reason=str(error))
        done = not (isinstance(error, PaymentError) and error.retryable)
        with transaction() as session:
            _settle(session, event_id, done=done, error=str(error))
        return done
    return True


def handle_waiting(gateway: PaymentGateway) -> int:
    """Act on every event of a gateway's account that still waits and whose pause is over; how many are done."""
    return sum(handle(gateway, event_id) for event_id in _due(gateway.account))


def handle_all() -> int:
    """Act on every event that waits, whichever account it came to; how many are done."""
    with reading() as session:
        accounts = tracing.accounts_waiting(session, MAX_ATTEMPTS)
    done = 0
    for account in accounts:
        try:
            done += handle_waiting(gateway_for(account))
        except NoDoor:
            done += _give_up(account)
    return done


def _due(account: str) -> list[str]:
    with reading() as session:
        return [
            event.id
            for event in tracing.waiting_events(session, MAX_ATTEMPTS, account)
            if clock.now() - event.received_at >= _pause(event.attempts)
        ]


def _give_up(account: str) -> int:
    """Nobody can be asked any more: the account was removed, or its key is lost."""
    with transaction() as session:
        waiting = tracing.waiting_events(session, MAX_ATTEMPTS, account)
        for event in waiting:
            _settle(session, event.id, done=True, error="the Stripe account is not connected any more")
    return len(waiting)


def _settle(session: Session, event_id: str, *, done: bool, error: str = "") -> None:
    event = session.get(PaymentEvent, event_id)
    if event is None or event.handled_at is not None:
        return
    event.attempts += 1
    event.error = error[:400]
    event.handled_at = clock.now() if done else None
    session.add(event)


def _heard(session: Session, accounts: set[str]) -> None:
    """Note that an account's notifications arrive, not more often than once a minute."""
    for account in accounts:
        before: datetime = clock.now() - HEARD_EVERY
        old = col(StripeAccount.heard_at).is_(None) | (col(StripeAccount.heard_at) < before)
        this = col(StripeAccount.pid) == account
        session.execute(update(StripeAccount).where(this, old).values(heard_at=clock.now()))


def _pause(attempts: int) -> timedelta:
    """How old an event must be before its next try: a little at first, then hours."""
    return timedelta(seconds=min(15 * 2**attempts, 6 * 3600) if attempts else 0)
