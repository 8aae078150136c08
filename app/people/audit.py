"""The audit log: every change of consequence, added in the transaction that makes it."""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, update

from app.people.models import AuditEntry
from app.people.rules import Actor


def record(
    session: Session,
    actor: Actor | None,
    action: str,
    *,
    subject: str = "",
    subject_pid: str = "",
    organisation_id: int | None = None,
    **details: Any,
) -> None:
    """Note what was done, by whom, to what. `details` are JSON values and hold no secret."""
    session.add(
        AuditEntry(
            organisation_id=actor.organisation_id if actor else organisation_id,
            person_id=actor.person_id if actor else None,
            actor_name=actor.name if actor else "",
            action=action,
            subject=subject[:200],
            subject_pid=subject_pid,
            details=details,
        )
    )


def forget(session: Session, subject_pid: str) -> None:
    """Take the name of someone who asked to be erased out of the journal; that something was done stays."""
    session.execute(
        update(AuditEntry).where(col(AuditEntry.subject_pid) == subject_pid).values(subject="…", details={})
    )


def forget_words(session: Session, words: Collection[str]) -> None:
    """Take words that were taken back out of the journal, whatever was noted about them."""
    session.execute(update(AuditEntry).where(col(AuditEntry.subject).in_(words)).values(subject="…"))
