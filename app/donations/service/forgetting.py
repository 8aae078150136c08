"""Forgetting who gave: names, addresses and words go; what the books need stays with the gift.

A monthly gift that still runs keeps what is needed to end it; it is forgotten once it has ended.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_
from sqlmodel import Session, col, delete, select, update

from app.donations.aftermath.models import Dispute
from app.donations.aftermath.rules import OPEN
from app.donations.models import Gift, Giver, GivingPlan
from app.donations.own import belonging
from app.donations.rules import GiftState, PlanState, Tribute, Visibility
from app.intake import queries as items
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Kind

NEVER_PAID = (GiftState.INTENT, GiftState.EXPIRED, GiftState.FAILED)
OVER = (PlanState.INTENT, PlanState.EXPIRED, PlanState.ENDED)
_NOBODY: dict[str, Any] = {
    "donor_name": "",
    "donor_email": "",
    "message": "",
    "company": "",
    "company_number": "",
    "address": {},
    "tribute": Tribute.NONE,
    "tribute_name": "",
    "visibility": Visibility.NOBODY,
}


def forget_message(session: Session, gift_id: int, item: Item) -> None:
    """The words that came with a gift go; the gift itself is another matter."""
    session.execute(update(Gift).where(col(Gift.id) == gift_id).values(message=""))
    intake.lapse(session, item)


def forget_donor(
    session: Session, organisation_id: int, emails: Collection[str], supporter_ids: Collection[int] = ()
) -> int:
    """Forget somebody's gifts and monthly gifts; returns how many gifts stay in the books without a name."""
    theirs = belonging(Gift, organisation_id, emails, supporter_ids)
    booked = session.exec(
        select(func.count(col(Gift.id))).where(theirs, col(Gift.state).not_in(NEVER_PAID))
    ).one()
    forget(session, theirs)
    forget_plans(session, belonging(GivingPlan, organisation_id, emails, supporter_ids))
    return booked


def unpaid_before(before: datetime) -> ColumnElement[bool]:
    """Gifts never paid, begun before an instant, that still say who tried."""
    return col(Gift.state).in_(NEVER_PAID) & (col(Gift.created_at) < before) & _known(Gift)


def given_before(before: datetime) -> ColumnElement[bool]:
    """Gifts begun before an instant that still say who gave."""
    return (col(Gift.created_at) < before) & _known(Gift)


def ended_before(before: datetime) -> ColumnElement[bool]:
    """Monthly gifts that are over since before an instant, or never began, and still say whose they were."""
    since = func.coalesce(col(GivingPlan.ended_at), col(GivingPlan.created_at)) < before
    return col(GivingPlan.state).in_(OVER) & since & _known(GivingPlan)


def forget(session: Session, which: ColumnElement[bool]) -> int:
    """Forget who gave some gifts; returns how many. Their words leave the inbox and the pages too."""
    ids = session.scalars(update(Gift).where(which).values(**_NOBODY).returning(col(Gift.id))).all()
    session.execute(delete(Giver).where(col(Giver.gift_id).in_(ids)))
    told = (col(Dispute.gift_id).in_(ids), col(Dispute.status).not_in(OPEN))
    session.execute(update(Dispute).where(*told).values(draft={}))
    for item in items.of_subjects(session, Kind.GIFT_MESSAGE, ids).values():
        intake.withdraw(session, item)
    return len(ids)


def forget_plans(session: Session, which: ColumnElement[bool]) -> None:
    """Forget whose some monthly gifts were, those that are over."""
    over = col(GivingPlan.state).in_(OVER)
    session.execute(update(GivingPlan).where(which, over).values(**_NOBODY, supporter_id=None))


def _known(table: type[Gift] | type[GivingPlan]) -> ColumnElement[bool]:
    texts = (table.donor_name, table.donor_email, table.message, table.company, table.tribute_name)
    return or_(*(col(one) != "" for one in texts), cast(col(table.address), String) != "{}")
