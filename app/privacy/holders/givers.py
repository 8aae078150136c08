"""Gifts: who gave goes, with the words; the amount, the day and the payment's number stay in the books.

What nobody may know of is told to the donor only, never to a member who looks an address up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.core.i18n import mark
from app.donations import own
from app.donations.models import Gift, GivingPlan
from app.donations.rules import Visibility
from app.donations.service import forgetting
from app.privacy.base import Holder, Kept, Rows, Subject

_BOTH = "state amount_minor cover_minor currency company company_number address tribute tribute_name message language"


def _copy(session: Session, subject: Subject) -> Rows:
    gifts = own.of_donor(session, subject.organisation_id, subject.emails, subject.supporter_ids)
    return [
        {**_told(gift), "given_at": gift.paid_at or gift.created_at, "way": gift.way}
        for gift in gifts
        if _may_know(gift, subject)
    ]


def _copy_plans(session: Session, subject: Subject) -> Rows:
    plans = own.plans_of_donor(session, subject.organisation_id, subject.emails, subject.supporter_ids)
    return [
        {**_told(plan), "begun_at": plan.created_at, "next_at": plan.next_at, "ended_at": plan.ended_at}
        for plan in plans
        if _may_know(plan, subject)
    ]


def _told(row: Gift | GivingPlan) -> Mapping[str, Any]:
    same = {name: getattr(row, name) for name in _BOTH.split()}
    return {**same, "name": row.donor_name, "email": row.donor_email, "visible_to": row.visibility}


def _may_know(row: Gift | GivingPlan, subject: Subject) -> bool:
    """The donor always: who came by a mailed link, or by the browser that gave, which names no mailbox."""
    return row.visibility is not Visibility.NOBODY or subject.themselves or not subject.emails


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    booked = forgetting.forget_donor(session, subject.organisation_id, subject.emails, subject.supporter_ids)
    running = own.running(session, subject.organisation_id, subject.emails, subject.supporter_ids)
    return [
        Kept(
            mark("Gifts: amount, day and number of the payment, without name, address or message"),
            mark("Accounts are kept for ten years (French commercial code, article L123-22)."),
            booked,
        ),
        Kept(
            mark("Monthly gifts that still run, with what is needed to end them"),
            mark(
                "They are forgotten once they have ended: the donor ends them on their own page, or by Stripe."
            ),
            running,
        ),
    ]


def _nothing_more(session: Session, subject: Subject) -> Sequence[Kept]:  # noqa: ARG001 - forgotten with the gifts
    return ()


HOLDER = Holder("gifts", mark("Gifts"), _copy, _erase)
PLANS = Holder("monthly-gifts", mark("Monthly gifts"), _copy_plans, _nothing_more)
