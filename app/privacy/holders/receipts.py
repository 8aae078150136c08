"""Receipts and Gift Aid declarations: copied for the donor, kept as they were issued, for the law wants them whole."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.core.i18n import mark
from app.privacy.base import Holder, Kept, Rows, Subject
from app.receipts.models import GiftAid, Receipt


def _receipts(session: Session, subject: Subject) -> Sequence[Receipt]:
    theirs = (
        Receipt.organisation_id == subject.organisation_id,
        col(Receipt.donor_email).in_(subject.emails),
    )
    return session.exec(select(Receipt).where(*theirs).order_by(col(Receipt.id))).all()


def _declarations(session: Session, subject: Subject) -> Sequence[GiftAid]:
    theirs = (GiftAid.organisation_id == subject.organisation_id, col(GiftAid.email).in_(subject.emails))
    return session.exec(select(GiftAid).where(*theirs).order_by(col(GiftAid.id))).all()


def _copy(session: Session, subject: Subject) -> Rows:
    return [
        {
            "number": one.label,
            "issued_at": one.issued_at,
            "amount_minor": one.amount_minor,
            "currency": one.currency,
            "donor": one.donor,
            "email": one.donor_email,
            "voided_at": one.voided_at,
        }
        for one in _receipts(session, subject)
    ]


def _copy_declarations(session: Session, subject: Subject) -> Rows:
    said = ("title", "first_name", "last_name", "house", "address", "postcode", "wording", "given_at")
    return [
        {name: getattr(one, name) for name in (*said, "cancelled_at")}
        for one in _declarations(session, subject)
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    return [
        Kept(
            mark("Receipts as they were issued, with name and address"),
            mark(
                "Accounts are kept for ten years, receipts for six (French commercial code, article L123-22;"
                " tax procedures code, article L102 B)."
            ),
            len(_receipts(session, subject)),
        ),
        Kept(
            mark("Gift Aid declarations"),
            mark("HMRC asks for them for six years after the last claim."),
            len(_declarations(session, subject)),
        ),
    ]


def _with_the_receipts(session: Session, subject: Subject) -> Sequence[Kept]:  # noqa: ARG001 - told with the receipts
    return ()


HOLDER = Holder("receipts", mark("Receipts"), _copy, _erase)
DECLARATIONS = Holder("gift-aid", mark("Gift Aid declarations"), _copy_declarations, _with_the_receipts)
