"""Supporters: browsers, addresses, links and consents. That a consent was given stays, without who gave it."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.privacy.base import Holder, Kept, Rows, Subject
from app.supporters import queries, service


def _copy(session: Session, subject: Subject) -> Rows:
    consents = queries.consents_of(session, subject.supporter_ids)
    return [
        {
            "email": one.email,
            "language": one.language,
            "since": one.created_at,
            "last_seen": one.seen_at,
            "consents": [
                {
                    "about": consent.subject,
                    "use": consent.use,
                    "wording": consent.wording,
                    "guardian": consent.guardian,
                    "given_at": consent.given_at,
                    "withdrawn_at": consent.withdrawn_at,
                }
                for consent in consents
                if consent.supporter_id == one.id
            ],
        }
        for one in queries.by_ids(session, subject.supporter_ids)
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    return [
        Kept(
            mark("That a consent was given and withdrawn, and in which words; not by whom"),
            mark("The organisation must be able to show that it asked (GDPR, article 7)."),
            service.forget(session, subject.supporter_ids),
        )
    ]


HOLDER = Holder("supporter", mark("Private page and consents"), _copy, _erase)
