"""What becomes of claims when the words they vouch for are taken back: nothing of them stays."""

from sqlmodel import Session, col, delete, select

from app.claims import likely, rules
from app.claims.models import Claim, Correction, Dismissal, Source
from app.claims.rules import SubjectKind
from app.people import audit

_IN_THE_JOURNAL = 200  # characters of a subject


def forget_subject(
    session: Session, campaign_id: int, *, kind: SubjectKind, subject_pid: str, text: str
) -> None:
    """Forget the claims of something that is gone, their corrections too, and which sentences needed no source."""
    for claim in session.exec(
        select(Claim).where(Claim.subject == kind, Claim.subject_pid == subject_pid)
    ).all():
        for table in (Source, Correction):
            session.exec(delete(table).where(col(table.claim_id) == claim.id))
        audit.forget(session, claim.pid)
        session.delete(claim)
    sentences = rules.sentences(text)
    session.exec(
        delete(Dismissal).where(
            col(Dismissal.campaign_id) == campaign_id,
            col(Dismissal.digest).in_([likely.name_of(one) for one in sentences]),
        )
    )
    audit.forget_words(session, [one[:_IN_THE_JOURNAL] for one in sentences])
    session.flush()
