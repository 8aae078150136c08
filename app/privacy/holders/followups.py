"""What people were asked weeks later, while something still leads to them. Afterwards nobody can say whose it was."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.followups import service
from app.privacy.base import Holder, Kept, Rows, Subject


def _copy(session: Session, subject: Subject) -> Rows:
    return [
        {
            "asked_at": one.asked_at,
            "answered_at": one.answered_at,
            "lasted": one.lasted,
            "changed": one.changed,
        }
        for one in service.of_addresses(session, subject.organisation_id, subject.emails)
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    service.forget(session, subject.organisation_id, subject.emails)
    return ()


HOLDER = Holder("follow-ups", mark("Questions weeks later, and answers"), _copy, _erase)
