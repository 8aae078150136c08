"""Forgetting who gave: the name, the address and the message go; what the books need stays with the gift."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select, update

from app.donations.models import Gift
from app.donations.rules import GiftState, Visibility
from app.intake import queries as items
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Kind

NEVER_PAID = (GiftState.INTENT, GiftState.EXPIRED, GiftState.FAILED)
_NOBODY = {"donor_name": "", "donor_email": "", "message": "", "visibility": Visibility.NOBODY}
_KNOWN = (col(Gift.donor_name) != "") | (col(Gift.donor_email) != "") | (col(Gift.message) != "")


def forget_message(session: Session, gift_id: int, item: Item) -> None:
    """The words that came with a gift go; the gift itself is another matter."""
    session.execute(update(Gift).where(col(Gift.id) == gift_id).values(message=""))
    intake.lapse(session, item)


def forget_donor(session: Session, organisation_id: int, emails: Collection[str]) -> int:
    """Forget who gave from some addresses; returns how many gifts stay in the books without a name."""
    theirs = [col(Gift.organisation_id) == organisation_id, func.lower(Gift.donor_email).in_(emails)]
    booked = session.exec(
        select(func.count(col(Gift.id))).where(*theirs, col(Gift.state).not_in(NEVER_PAID))
    ).one()
    _forget(session, *theirs)
    return booked


def unpaid_before(before: datetime) -> ColumnElement[bool]:
    """Gifts never paid, begun before an instant, that still say who tried."""
    return col(Gift.state).in_(NEVER_PAID) & (col(Gift.created_at) < before) & _KNOWN


def given_before(before: datetime) -> ColumnElement[bool]:
    """Gifts begun before an instant that still say who gave."""
    return (col(Gift.created_at) < before) & _KNOWN


def forget(session: Session, which: ColumnElement[bool]) -> int:
    """Forget who gave some gifts; returns how many."""
    return _forget(session, which)


def _forget(session: Session, *which: ColumnElement[bool]) -> int:
    """Their words leave the inbox and the pages too."""
    ids = session.scalars(update(Gift).where(*which).values(**_NOBODY).returning(col(Gift.id))).all()
    for item in items.of_subjects(session, Kind.GIFT_MESSAGE, ids).values():
        intake.withdraw(session, item)
    return len(ids)
