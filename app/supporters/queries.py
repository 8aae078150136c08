"""Reads of supporters: who stands behind a cookie or a link, and which rows are theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.core import clock
from app.core.ids import token_hash
from app.supporters.models import Consent, Subject, Supporter, SupporterLink, SupporterVisit


@dataclass(frozen=True)
class Visit:
    """A supporter at this browser, and the ids of all rows it may see."""

    supporter: Supporter
    mailed: bool
    ids: Sequence[int]


def visit(session: Session, token: str) -> Visit | None:
    """Who stands behind a cookie; None when it has ended."""
    row = session.exec(
        select(SupporterVisit, Supporter)
        .join(Supporter, col(Supporter.id) == col(SupporterVisit.supporter_id))
        .where(SupporterVisit.token_hash == token_hash(token), col(SupporterVisit.expires_at) > clock.now())
    ).first()
    if row is None:
        return None
    known, supporter = row
    return Visit(supporter, known.mailed, ids_of(session, supporter, mailed=known.mailed))


def ids_of(session: Session, supporter: Supporter, *, mailed: bool) -> Sequence[int]:
    """The supporter's own row; for who reads the mailbox, every row of the organisation with its address."""
    if not (mailed and supporter.email):
        return [supporter.id]
    return session.exec(
        select(Supporter.id).where(
            Supporter.organisation_id == supporter.organisation_id, Supporter.email == supporter.email
        )
    ).all()


def link(session: Session, token: str) -> tuple[SupporterLink, Supporter] | None:
    """A link that still opens, with its supporter."""
    return session.exec(
        select(SupporterLink, Supporter)
        .join(Supporter, col(Supporter.id) == col(SupporterLink.supporter_id))
        .where(SupporterLink.token_hash == token_hash(token), col(SupporterLink.expires_at) > clock.now())
    ).first()


def consents(session: Session, subject: Subject, subject_pids: Sequence[str]) -> Sequence[Consent]:
    """What was agreed to about some things, open or withdrawn, the oldest first."""
    return session.exec(
        select(Consent)
        .where(Consent.subject == subject, col(Consent.subject_pid).in_(subject_pids))
        .order_by(col(Consent.id))
    ).all()


def consents_of(session: Session, supporter_ids: Sequence[int]) -> Sequence[Consent]:
    """What some supporters agreed to, the oldest first."""
    return session.exec(
        select(Consent).where(col(Consent.supporter_id).in_(supporter_ids)).order_by(col(Consent.id))
    ).all()


def by_ids(session: Session, ids: Sequence[int]) -> Sequence[Supporter]:
    """Some supporters, the oldest first."""
    return session.exec(select(Supporter).where(col(Supporter.id).in_(ids)).order_by(col(Supporter.id))).all()


def with_emails(session: Session, organisation_id: int, emails: Collection[str]) -> Sequence[int]:
    """The ids of an organisation's supporters that carry some addresses."""
    return session.exec(
        select(Supporter.id).where(
            Supporter.organisation_id == organisation_id, col(Supporter.email).in_(emails)
        )
    ).all()
