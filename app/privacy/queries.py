"""Reads of privacy: the schedule with what is due, its last runs, past erasures."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.core import clock
from app.people.rules import Actor
from app.privacy import retention
from app.privacy.base import Rule
from app.privacy.models import Erasure, RetentionRun
from app.privacy.schedule import RULES


@dataclass(frozen=True)
class Line:
    """One rule and how many rows it would forget now."""

    rule: Rule
    due: int


def schedule(session: Session) -> list[Line]:
    """Every rule with what is due now: a dry run."""
    now = clock.now()
    return [Line(rule, retention.due(session, rule, now)) for rule in RULES]


def last_run(session: Session) -> RetentionRun | None:
    """When the schedule last forgot something."""
    return session.exec(select(RetentionRun).order_by(col(RetentionRun.id).desc())).first()


def erasures(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[Erasure]:
    """Past erasures of the actor's organisation, the latest first. None says who."""
    return session.exec(
        select(Erasure)
        .where(Erasure.organisation_id == actor.organisation_id)
        .order_by(col(Erasure.id).desc())
        .limit(limit)
    ).all()


def own_erasure(session: Session, organisation_id: int, pid: str) -> Erasure | None:
    """One erasure of an organisation."""
    return session.exec(
        select(Erasure).where(Erasure.pid == pid, Erasure.organisation_id == organisation_id)
    ).first()
