"""The inbox of Stripe's events: each is kept once before it is acted on, and acted on until that succeeds.

An event says only what to look at. Its facts are read again at Stripe, so that order, repetition and age of
events do not matter. Those we do not know are kept too, as done: they may tell us later what we missed.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, update

from app.core import clock
from app.core.db import UtcDateTime, reading, transaction
from app.donations import tracing
from app.donations.models import PaymentEvent, StripeAccount
from app.donations.service import news
from app.donations.service.doors import NoDoor, gateway_for
from app.donations.service.fulfilment import Mismatch
from app.payments.base import EVENT_TYPES, Event, PaymentError, PaymentGateway

log = structlog.get_logger("donations")

MAX_ATTEMPTS = 20
HEARD_EVERY = timedelta(minutes=1)
_ACTED_ON = frozenset(EVENT_TYPES)

# All rows in one parameter: a statement that grows with them costs more to put together than to run.
_SQLITE = """
    INSERT INTO payment_event (id, type, livemode, account, payload, received_at, handled_at, attempts, error)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
           json_extract(value, '$[3]'), json_extract(value, '$[4]'), :now,
           CASE WHEN json_extract(value, '$[5]') THEN NULL ELSE :now END, 0, ''
    FROM json_each(:rows) WHERE true
    ON CONFLICT (id) DO NOTHING RETURNING id
"""
_POSTGRES = """
    INSERT INTO payment_event (id, type, livemode, account, payload, received_at, handled_at, attempts, error)
    SELECT told->>0, told->>1, (told->>2)::boolean, told->>3, told->4, :now,
           CASE WHEN (told->>5)::boolean THEN NULL ELSE :now END, 0, ''
    FROM json_array_elements(CAST(:rows AS json)) AS told
    ON CONFLICT (id) DO NOTHING RETURNING id
"""
_KEEP = {
    dialect: text(statement).bindparams(bindparam("now", type_=UtcDateTime()))
    for dialect, statement in (("sqlite", _SQLITE), ("postgresql", _POSTGRES))
}


class EventRow(NamedTuple):
    """What is kept of an event; one of no kind of ours does not wait to be acted on."""

    id: str
    type: str
    livemode: bool
    account: str
    payload: dict[str, str | None]
    waits: bool


class WrongMode(Exception):
    """A test event at an instance with real money, or the other way round."""


def receive(session: Session, event: Event, *, livemode: bool, account: str = "") -> bool:
    """Keep an event in the caller's transaction; True when it was new and of a kind that is acted on.

    Raises WrongMode when the event's mode is not ``livemode``, that of the key in use.
    """
    return event_id(event, account) in keep(session, [row_of(event, livemode=livemode, account=account)])


def row_of(event: Event, *, livemode: bool, account: str = "") -> EventRow:
    """What to keep of an event. Raises WrongMode."""
    if event.livemode is not livemode:
        raise WrongMode
    about = {"checkout": event.checkout_id, "payment_intent": event.payment_intent, "object": event.object_id}
    name, kind = event_id(event, account), event.type[:80]
    return EventRow(name, kind, event.livemode, account, about, event.type in _ACTED_ON)


def keep(session: Session, rows: Sequence[EventRow]) -> set[str]:
    """Keep many events at once; the ids of those that are new and wait to be acted on."""
    statement = _KEEP[session.get_bind().dialect.name]
    added = set(session.execute(statement, {"rows": json.dumps(rows), "now": clock.now()}).scalars())
    _heard(session, {row.account for row in rows} - {""})
    return {row.id for row in rows if row.waits and row.id in added}


def event_id(event: Event, account: str) -> str:
    """The name an event is kept under: nobody's own account can take the place of another's event."""
    return f"{account}:{event.id}" if account else event.id


def handle(gateway: PaymentGateway, event_id: str) -> bool:
    """Act on an event of the inbox; True when it is done with. Raises only what the database does.

    One that cannot be read, whatever the reason, is tried again later and keeps no other waiting.
    """
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
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("payment event not understood", payment_event=event_id)
        with transaction() as session:
            _settle(session, event_id, done=False, error=f"not understood: {type(error).__name__}")
        return False
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
    event.handled_at = clock.now() if done or event.attempts >= MAX_ATTEMPTS else None
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
