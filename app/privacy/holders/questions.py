"""Questions and votes: the words, the name and the votes go; an answer stays with whoever asked the same."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.privacy.base import Holder, Kept, Rows, Subject
from app.questions import queries, service


def _copy(session: Session, subject: Subject) -> Rows:
    asked = queries.of_supporters(session, subject.supporter_ids)
    questions = [
        {"question": one.text, "name": one.name, "asked_at": one.asked_at, "language": one.language}
        for one in asked
        if one.text
    ]
    voted = queries.votes_of_supporters(session, subject.supporter_ids)
    return [*questions, *({"voted_for": text, "at": at} for text, at in voted)]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    service.forget(session, subject.supporter_ids)
    return ()


HOLDER = Holder("questions", mark("Questions and votes"), _copy, _erase)
"""Asked from browsers known as theirs; an address alone is on the supporter."""
