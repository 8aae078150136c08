"""Gifts: the donor's name, address and message go; the amount, the day and the payment's number stay in the books."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.donations import queries
from app.donations.service import forgetting
from app.privacy.base import Holder, Kept, Rows, Subject


def _copy(session: Session, subject: Subject) -> Rows:
    return [
        {
            "given_at": gift.paid_at or gift.created_at,
            "state": gift.state,
            "amount_minor": gift.amount_minor,
            "currency": gift.currency,
            "name": gift.donor_name,
            "email": gift.donor_email,
            "message": gift.message,
            "visible_to": gift.visibility,
            "language": gift.language,
        }
        for gift in queries.of_donor(session, subject.organisation_id, subject.emails)
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    booked = forgetting.forget_donor(session, subject.organisation_id, subject.emails)
    return [
        Kept(
            mark("Gifts: amount, day and number of the payment, without name, address or message"),
            mark("Accounts are kept for ten years (French commercial code, article L123-22)."),
            booked,
        )
    ]


HOLDER = Holder("gifts", mark("Gifts"), _copy, _erase)
