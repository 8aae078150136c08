"""Answering a bank: a draft that is kept, and one submission that is final; warnings answered or let be."""

from collections.abc import Mapping

from sqlmodel import Session

from app.core import clock
from app.core.db import transaction
from app.core.errors import Conflict, NotFound, Unavailable
from app.core.i18n import mark
from app.donations import queries as donations
from app.donations.aftermath import noting, queries, rules, telling
from app.donations.aftermath.models import Dispute
from app.donations.models import Gift
from app.donations.service import doors, fulfilment
from app.payments.base import DisputeFacts, PaymentError
from app.people import audit
from app.people.rules import Actor, Permission

_CLOSED = mark("This dispute takes no answer any more.")
_SILENT = mark("Stripe does not answer. Your draft is kept; submit it again in a minute.")


def draft(session: Session, actor: Actor, pid: str, answers: Mapping[str, str]) -> Dispute:
    """Keep the draft of an answer. Raises NotFound, Forbidden, Conflict."""
    actor.require(Permission.MONEY)
    row = _open(session, actor, pid)
    known = {one.name for one in rules.wanted(row.cause)}
    row.draft = {name: text for name, text in answers.items() if name in known and text.strip()}
    row.drafted_at = clock.now()
    session.add(row)
    session.flush()
    return row


def submit(actor: Actor, pid: str, answers: Mapping[str, str]) -> None:
    """Lay the answer before the bank, for good. The draft is kept first; no transaction is held meanwhile.

    Raises NotFound, Forbidden, Conflict, and Unavailable when Stripe does not answer: it may be tried again.
    """
    with transaction() as session:
        row = draft(session, actor, pid, answers)
        gift = session.get_one(Gift, row.gift_id)
    if not row.draft:
        raise Conflict(mark("Write at least one of the answers."))
    try:
        gateway = doors.gateway_for(gift.account)
        evidence = {name: str(text) for name, text in row.draft.items()}
        told = gateway.answer_dispute(row.remote_id, evidence, submit=True)
    except doors.NoDoor:
        raise Conflict(mark("It came through a Stripe account that is not connected any more.")) from None
    except PaymentError as error:
        if error.retryable:
            raise Unavailable(_SILENT) from error
        _read_again(gift)
        raise Conflict(_CLOSED) from error
    with transaction() as session:
        _submitted(session, actor, gift, told)


def _submitted(session: Session, actor: Actor, gift: Gift, told: DisputeFacts) -> None:
    locked = donations.gift_to_change(session, gift.pid) or gift
    row = noting.note_dispute(session, locked, told)
    row.submitted_by, row.submitted_at = actor.person_id, clock.now()
    session.add(row)
    audit.record(
        session,
        actor,
        "money.dispute_answered",
        subject=donations.campaign_of(session, gift).title,
        subject_pid=row.pid,
        amount_minor=row.amount_minor,
        currency=row.currency,
    )


def keep(actor: Actor, pid: str, gift_pid: str) -> None:
    """Keep a gift its issuer warned of, knowingly. Raises NotFound, Forbidden."""
    actor.require(Permission.MONEY)
    with transaction() as session:
        row = queries.warning(session, actor.organisation_id, pid)
        gift = queries.gift(session, actor.organisation_id, gift_pid)
        if row is None or gift is None or row.gift_id != gift.id:
            raise NotFound
        if row.kept_at is not None:
            return
        row.kept_at, row.kept_by = clock.now(), actor.person_id
        session.add(row)
        title = donations.campaign_of(session, gift).title
        audit.record(session, actor, "money.warning_kept", subject=title, subject_pid=gift.pid)


def warn_of_deadlines() -> int:
    """Tell the team of disputes that are soon too late to answer; returns how many there are."""
    now = clock.now()
    with transaction() as session:
        near = queries.due_before(session, now, now + rules.WARN_BEFORE)
        for row in near:
            telling.deadline_near(session, row, session.get_one(Gift, row.gift_id))
    return len(near)


def _open(session: Session, actor: Actor, pid: str) -> Dispute:
    row = queries.dispute_to_change(session, actor.organisation_id, pid)
    if row is None:
        raise NotFound
    if row.status not in rules.ANSWERABLE or row.submitted_at is not None:
        raise Conflict(_CLOSED)
    return row


def _read_again(gift: Gift) -> None:
    """Stripe refused: what it says now is what the page should show."""
    try:
        facts = doors.gateway_for(gift.account).get_payment(gift.payment_intent or "")
    except (PaymentError, doors.NoDoor):
        return
    with transaction() as session:
        fulfilment.apply_payment(session, gift.pid, facts)
