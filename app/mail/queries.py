"""What the mail room holds: mails due, mails in trouble, and the mailbox of the demo."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.db import reading
from app.mail.models import MailState, OutgoingMail


def due_ids(session: Session, now: datetime, *, limit: int) -> Sequence[int]:
    """The ids of mails whose hour has come, oldest first."""
    return session.exec(
        select(OutgoingMail.id)
        .where(OutgoingMail.state == MailState.QUEUED, OutgoingMail.next_try_at <= now)
        .order_by(col(OutgoingMail.next_try_at), col(OutgoingMail.id))
        .limit(limit)
    ).all()


def abandoned(session: Session, now: datetime) -> Sequence[OutgoingMail]:
    """Mails claimed by a process that never said what became of them."""
    return session.exec(
        select(OutgoingMail).where(
            OutgoingMail.state == MailState.SENDING, col(OutgoingMail.claimed_until) < now
        )
    ).all()


def counts(session: Session) -> dict[MailState, int]:
    """How many mails there are in each state."""
    found = dict.fromkeys(MailState, 0)
    rows = session.exec(select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state))
    found.update((MailState(state), number) for state, number in rows)
    return found


def by_state() -> dict[str, float]:
    """The same for the metrics page, read in a session of its own."""
    with reading() as session:
        return {state.value: number for state, number in counts(session).items()}


def failed(session: Session) -> Sequence[OutgoingMail]:
    """The mails nobody received, newest first: each waits for a person's decision."""
    return session.exec(
        select(OutgoingMail)
        .where(OutgoingMail.state == MailState.FAILED)
        .order_by(col(OutgoingMail.id).desc())
        .limit(200)
    ).all()


def latest(session: Session, *, limit: int = 100) -> Sequence[OutgoingMail]:
    """The newest mails of the instance, for the mailbox of the demo."""
    return session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id).desc()).limit(limit)).all()


def by_pid(session: Session, pid: str) -> OutgoingMail | None:
    return session.exec(select(OutgoingMail).where(OutgoingMail.pid == pid)).first()


def by_key(session: Session, key: str) -> OutgoingMail | None:
    """The mail queued under a key; None once it is forgotten (see `rules.KEPT`), as if there never was one."""
    return session.exec(select(OutgoingMail).where(OutgoingMail.key == key)).first()


def to(session: Session, recipients: Collection[str]) -> Sequence[OutgoingMail]:
    """The mails to some addresses that are still kept, the oldest first."""
    return session.exec(
        select(OutgoingMail)
        .where(func.lower(OutgoingMail.recipient).in_(recipients))
        .order_by(col(OutgoingMail.id))
    ).all()
