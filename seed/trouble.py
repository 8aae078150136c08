"""What a donor's bank asked about a gift of the demo: answered, and let be. No money moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import select

from app.core import clock
from app.donations.aftermath import disputing, noting
from app.donations.models import Gift
from app.payments.base import DisputeFacts

if TYPE_CHECKING:
    from seed.load import Stage

ANSWER_WITHIN = timedelta(days=7)
ANSWERED_AFTER = timedelta(days=1, hours=4)


def tell(stage: Stage) -> None:
    """The inquiry of a campaign that had one, at its three moments."""
    told, session, campaign = stage.told.inquiry, stage.session, stage.campaign
    if told is None:
        return
    gift = session.exec(
        select(Gift).where(Gift.campaign_id == campaign.id, Gift.donor_name == told.donor)
    ).one()
    opened = stage.after(told.after_days)
    asked = DisputeFacts(
        id=f"dp_demo{campaign.pid}",
        payment_intent="",
        amount_minor=gift.charged_minor,
        currency=gift.currency,
        reason=told.reason,
        status="warning_needs_response",
        created=opened,
        evidence_due=opened + ANSWER_WITHIN,
        taken_minor=0,
        fee_minor=0,
        refundable=True,
        livemode=False,
    )
    with clock.frozen(opened, everywhere=False):
        row = noting.note_dispute(session, gift, asked)
    with clock.frozen(opened + ANSWERED_AFTER, everywhere=False):
        disputing.draft(session, stage.finance, row.pid, told.answer)
        noting.note_dispute(session, gift, replace(asked, status="warning_under_review"))
        row.submitted_by = stage.finance.person_id
    with clock.frozen(stage.after(told.closed_after_days), everywhere=False):
        noting.note_dispute(session, gift, replace(asked, status="warning_closed"))
