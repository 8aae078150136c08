"""Notices: who sent one is forgotten; what was reported and decided stays, for it can be contested."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.notices import forgetting
from app.privacy.base import Holder, Kept, Rows, Subject


def _copy(session: Session, subject: Subject) -> Rows:
    return [
        {
            "sent_at": notice.created_at,
            "reference": notice.reference,
            "page": notice.address,
            "category": notice.category,
            "reason": notice.reason,
            "name": notice.name,
            "email": notice.email,
            "state": notice.state,
        }
        for notice in forgetting.of_mailboxes(session, subject.organisation_id, subject.emails)
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    left = forgetting.forget_person(session, subject.organisation_id, subject.emails, subject.supporter_ids)
    return [
        Kept(
            mark("Notices: what was reported and decided, without name or address"),
            mark("Decisions can be contested for six months (Regulation (EU) 2022/2065)."),
            left.sent,
        ),
        Kept(
            mark("Words of theirs that a notice is about, as they stood then"),
            mark("Decisions can be contested for six months (Regulation (EU) 2022/2065)."),
            left.quoting,
        ),
    ]


HOLDER = Holder("notices", mark("Notices"), _copy, _erase)
