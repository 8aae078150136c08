"""What a mailbox follows, and what it was told. Erased whole; the consent stays as a proof, without a name."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.core.templating import absolute
from app.followers import queries, service
from app.followers.rules import topics_of
from app.links import queries as links
from app.privacy.base import Holder, Kept, Rows, Subject


def _copy(session: Session, subject: Subject) -> Rows:
    found = queries.with_emails(session, subject.organisation_id, subject.emails)
    came_by = links.codes(session, [row.link_id for row, _ in found if row.link_id is not None])
    letters = queries.letters_to(session, [row.id for row, _ in found])
    return [
        {
            "campaign": campaign.title,
            "address": row.email,
            "language": row.language,
            "topics": [one.value for one in topics_of(row.topics)],
            "rhythm": row.rhythm,
            "state": row.state,
            "came_by": absolute(f"/r/{came_by[row.link_id]}") if row.link_id else "",
            "asked_at": row.asked_at,
            "confirmed_at": row.confirmed_at,
            "ended_at": row.ended_at,
            "paused_until": row.paused_until,
            "letters": [{"about": title, "at": at} for follower, title, at in letters if follower == row.id],
        }
        for row, campaign in found
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    found = queries.with_emails(session, subject.organisation_id, subject.emails)
    service.forget(session, [row.id for row, _ in found])
    return ()


HOLDER = Holder("follows", mark("Campaigns followed by e-mail"), _copy, _erase)
