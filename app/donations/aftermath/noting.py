"""What Stripe says of refunds, disputes and warnings becomes rows, each once, and the people concerned are told.

Runs in the transaction that brings the gift and the ledger up to date, with the gift locked: however many tell
the same news, in whatever order, the rows and the mails are those of one teller.
"""

from datetime import timedelta

import structlog
from sqlmodel import Session

from app.core import clock
from app.donations.aftermath import queries, rules, telling
from app.donations.aftermath.models import Dispute, FraudWarning, Refund
from app.donations.aftermath.rules import RefundReason, RefundState
from app.donations.models import Gift
from app.payments.base import DisputeFacts, PaymentFacts, RefundFacts, WarningFacts

log = structlog.get_logger("donations")

NEWS_FOR = timedelta(days=3)
"""Whoever reads an old payment again (a new installation, a lost notification) writes to nobody about it."""


def note(session: Session, gift: Gift, facts: PaymentFacts) -> None:
    """Bring the refunds and disputes of a locked gift up to what its payment says."""
    for told in reversed(facts.refunds):
        note_refund(session, gift, told)
    for dispute in reversed(facts.disputes):
        note_dispute(session, gift, dispute)


def note_refund(session: Session, gift: Gift, told: RefundFacts) -> Refund:
    """One refund: the row it was asked by, or a new one when it was made at Stripe."""
    row = (
        queries.refund_by_remote(session, told.id) or _asked_here(session, gift, told) or _foreign(gift, told)
    )
    before, row.remote_id = row.state, told.id
    row.state = rules.advance(before, rules.refund_state(told.status))
    if row.state is RefundState.FAILED and before is not RefundState.FAILED:
        row.failure = told.reason[:80]
    if row.state in (RefundState.DONE, RefundState.FAILED) and row.state is not before:
        row.settled_at = clock.now()
    session.add(row)
    session.flush()
    if clock.now() - told.created < NEWS_FOR:
        _tell(session, gift, row)
    return row


def note_warning(session: Session, told: WarningFacts, gift: Gift) -> None:
    """One warning about a locked gift."""
    row = queries.warning_by_remote(session, told.id)
    if row is None:
        row = FraudWarning(
            organisation_id=gift.organisation_id,
            campaign_id=gift.campaign_id,
            gift_id=gift.id,
            remote_id=told.id,
            kind=told.kind[:60],
            warned_at=told.created,
        )
    row.actionable = told.actionable
    session.add(row)
    session.flush()
    if row.actionable and row.kept_at is None and clock.now() - told.created < NEWS_FOR:
        telling.warned(session, row, gift)


def _asked_here(session: Session, gift: Gift, told: RefundFacts) -> Refund | None:
    """The row whose key the refund carries; never another gift's."""
    row = queries.refund_by_pid(session, told.ref) if told.ref else None
    return row if row is not None and row.gift_id == gift.id and row.remote_id in (None, told.id) else None


def _foreign(gift: Gift, told: RefundFacts) -> Refund:
    return Refund(
        organisation_id=gift.organisation_id,
        campaign_id=gift.campaign_id,
        gift_id=gift.id,
        remote_id=told.id,
        amount_minor=told.amount_minor,
        currency=gift.currency,
        state=RefundState.PENDING,
        reason=RefundReason.STRIPE,
        asked_at=told.created,
    )


def _tell(session: Session, gift: Gift, row: Refund) -> None:
    if row.state is RefundState.FAILED:
        telling.refund_failed(session, row, gift)
    elif row.state in (RefundState.PENDING, RefundState.DONE):
        telling.refunded(session, row, gift)


def note_dispute(session: Session, gift: Gift, told: DisputeFacts) -> Dispute:
    """One dispute of a locked gift."""
    row = queries.dispute_by_remote(session, told.id)
    if row is None:
        row = Dispute(
            organisation_id=gift.organisation_id,
            campaign_id=gift.campaign_id,
            gift_id=gift.id,
            remote_id=told.id,
            amount_minor=told.amount_minor,
            currency=told.currency,
            cause=told.reason[:60],
            status=told.status,
            opened_at=told.created,
        )
    row.status, row.refundable, row.due_at = told.status[:40], told.refundable, told.evidence_due
    now = clock.now()
    if told.status not in rules.ANSWERABLE and row.drafted_at and row.submitted_at is None:
        row.submitted_at = now if "under_review" in told.status else None
    if told.status not in rules.OPEN and row.closed_at is None:
        row.closed_at = now
    session.add(row)
    session.flush()
    if told.status in rules.ANSWERABLE and now - told.created < NEWS_FOR:
        telling.disputed(session, row, gift)
    if row.closed_at == now:
        telling.decided(session, row, gift)
    return row
