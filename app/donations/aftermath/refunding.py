"""Giving money back: stored, then asked of Stripe, then noted. A crash at any step pays nothing twice.

The row is Stripe's key, and Stripe's refund carries it: whoever learns of the refund first, our call, a
notification or the job that looks for lost answers, finds the same row.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlmodel import Session

from app.core import clock
from app.core.db import reading, transaction
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.donations import queries as donations
from app.donations.aftermath import noting, queries, rules
from app.donations.aftermath.models import Refund
from app.donations.aftermath.rules import RefundReason, RefundState
from app.donations.models import Gift
from app.donations.service import doors, fulfilment
from app.payments.base import PaymentError, PaymentGateway, RefundFacts
from app.people import audit
from app.people.rules import Actor, Permission

log = structlog.get_logger("donations")

LOST_AFTER = timedelta(minutes=1)
"""How old an unanswered refund must be before it is looked for: a call ends well before."""


@dataclass(frozen=True)
class RefundWish:
    """What a member asks for: an amount in minor units of what was charged. One ``form_key`` is one refund."""

    amount_minor: int
    reason: RefundReason
    note: str
    form_key: str


def refund(actor: Actor, pid: str, wish: RefundWish) -> Refund:
    """Give money of a gift back; returns the row as it stands once Stripe has answered, or has not.

    Holds no transaction while Stripe is asked. Raises NotFound, Forbidden, and Conflict with the reason.
    """
    with transaction() as session:
        row = ask(session, actor, pid, wish)
    carry_out(row.pid)
    with reading() as session:
        return queries.refund_by_pid(session, row.pid) or row


def ask(session: Session, actor: Actor, pid: str, wish: RefundWish) -> Refund:
    """Store a refund that is to be asked of Stripe, in the caller's transaction; the same press finds its row.

    Raises NotFound, Forbidden, and Conflict with the reason why it cannot be.
    """
    actor.require(Permission.MONEY)
    gift = _locked(session, actor.organisation_id, pid)
    known = queries.refund_by_key(session, wish.form_key)
    if known is not None and known.gift_id == gift.id:
        return known
    standing = queries.standing(session, gift, connected=connected(session, gift))
    reason = rules.hindrance(standing, clock.now())
    if reason is not None:
        raise Conflict(reason)
    if known is not None or not 0 < wish.amount_minor <= standing.left_minor:
        raise Conflict(mark("That is more than what is left of this gift."))
    row = Refund(
        organisation_id=gift.organisation_id,
        campaign_id=gift.campaign_id,
        gift_id=gift.id,
        form_key=wish.form_key,
        amount_minor=wish.amount_minor,
        currency=gift.currency,
        reason=wish.reason,
        note=wish.note,
        asked_by=actor.person_id,
    )
    session.add(row)
    audit.record(
        session,
        actor,
        "money.refunded",
        subject=donations.campaign_of(session, gift).title,
        subject_pid=gift.pid,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reason=row.reason.value,
        note=row.note,
    )
    session.flush()
    return row


def carry_out(pid: str) -> bool:
    """Ask Stripe for a stored refund and note the answer; False when it has to be tried again.

    Never raises what Stripe refuses: a refusal is the row's outcome.
    """
    with reading() as session:
        row = queries.refund_by_pid(session, pid)
        gift = session.get_one(Gift, row.gift_id) if row else None
    if row is None or gift is None or row.state is not RefundState.ASKED:
        return True
    try:
        gateway = doors.gateway_for(gift.account)
        told = gateway.refund(
            gift.payment_intent or "",
            row.amount_minor,
            row.currency,
            reason=rules.TO_STRIPE.get(row.reason, row.reason.value),
            idempotency_key=row.pid,
        )
    except doors.NoDoor:
        return _refused(row, "not_connected")
    except PaymentError as error:
        log.warning("refund not made", refund=row.pid, reason=str(error))
        return False if error.retryable else _refused(row, error.code)
    _noted(gateway, gift, told)
    return True


def find_lost() -> int:
    """Take up the refunds whose answer never came; returns how many are settled now.

    Stripe forgets keys after a day: so the payment is read first, and only a refund that is not there is asked
    for again.
    """
    with reading() as session:
        lost = queries.asked_before(session, clock.now() - LOST_AFTER)
    return sum(_find(pid) for pid in lost)


def _find(pid: str) -> bool:
    with reading() as session:
        row = queries.refund_by_pid(session, pid)
        gift = session.get_one(Gift, row.gift_id) if row else None
    if row is None or gift is None:
        return False
    try:
        facts = doors.gateway_for(gift.account).get_payment(gift.payment_intent or "")
    except doors.NoDoor:
        return _refused(row, "not_connected")
    except PaymentError as error:
        log.warning("a payment cannot be read", gift=gift.pid, reason=str(error))
        return False
    with transaction() as session:
        fulfilment.apply_payment(session, gift.pid, facts)
    return carry_out(pid)


def _noted(gateway: PaymentGateway, gift: Gift, told: RefundFacts) -> None:
    """The row first, which needs no other call; then the ledger, which the notification would bring too."""
    with transaction() as session:
        locked = donations.gift_to_change(session, gift.pid)
        if locked is not None:
            noting.note_refund(session, locked, told)
    try:
        facts = gateway.get_payment(gift.payment_intent or "")
    except PaymentError as error:
        log.warning("a refunded payment cannot be read yet", gift=gift.pid, reason=str(error))
        return
    with transaction() as session:
        fulfilment.apply_payment(session, gift.pid, facts)


def _refused(row: Refund, code: str) -> bool:
    """Stripe will not do it. The row says so, unless somebody has learnt otherwise meanwhile."""
    with transaction() as session:
        fresh = queries.refund_by_pid(session, row.pid)
        if fresh is not None and fresh.state is RefundState.ASKED:
            fresh.state, fresh.failure, fresh.settled_at = RefundState.FAILED, code[:80], clock.now()
            session.add(fresh)
    return True


def _locked(session: Session, organisation_id: int, pid: str) -> Gift:
    gift = donations.gift_to_change(session, pid)
    if gift is None or gift.organisation_id != organisation_id:
        raise NotFound
    return gift


def connected(session: Session, gift: Gift) -> bool:
    """Whether the account at Stripe a gift came through still opens."""
    try:
        doors.door_for(session, gift.account)
    except doors.NoDoor:
        return False
    return True
