"""Reads of the defence: how pages are guarded, what happened lately, who is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.defence.models import GivingMinute, GivingSource, Shield
from app.defence.rules import PAGE_FAULTS, WINDOW, Mood, State, Sums
from app.people.models import Membership, Person
from app.people.rules import Permission, Role, allows


def minute_of(moment: datetime) -> int:
    """The minute of an instant, counted from 1970."""
    return int(moment.timestamp()) // 60


def state(session: Session, organisation_id: int) -> State:
    """How an organisation's pages are guarded."""
    row = session.get(Shield, organisation_id)
    return State(row.watch_until, row.paused_until, row.tripped_at) if row else State()


def guarded(session: Session, organisation_id: int, now: datetime) -> bool:
    """Whether a form should already do its sum while it is filled in."""
    return state(session, organisation_id).mood(now) is not Mood.CALM


def sums(session: Session, organisation_id: int, now: datetime) -> Sums:
    """What happened within the window that is judged."""
    found = session.exec(
        select(
            func.coalesce(func.sum(GivingMinute.admitted), 0),
            func.coalesce(func.sum(GivingMinute.refused), 0),
            func.coalesce(func.sum(GivingMinute.paid), 0),
        ).where(
            GivingMinute.organisation_id == organisation_id,
            col(GivingMinute.minute) > minute_of(now) - WINDOW,
        )
    ).one()
    return Sums(*map(int, found))


def minutes(session: Session, organisation_id: int, since: datetime) -> Sequence[GivingMinute]:
    """Each minute in which something happened, the latest first."""
    return session.exec(
        select(GivingMinute)
        .where(GivingMinute.organisation_id == organisation_id, col(GivingMinute.minute) >= minute_of(since))
        .order_by(col(GivingMinute.minute).desc())
    ).all()


def source_to_change(session: Session, gift_ref: str) -> GivingSource | None:
    """Where a gift was begun, locked until the transaction ends."""
    return session.exec(
        select(GivingSource).where(GivingSource.gift_ref == gift_ref).with_for_update()
    ).first()


def worn_pages(session: Session, now: datetime) -> Sequence[GivingSource]:
    """Payment pages on which so many cards were declined that they should be closed."""
    return session.exec(
        select(GivingSource)
        .where(col(GivingSource.refused) >= PAGE_FAULTS, col(GivingSource.expires_at) > now)
        .order_by(col(GivingSource.expires_at))
        .limit(50)
    ).all()


def treasurers(session: Session, organisation_id: int) -> Sequence[Person]:
    """The members who may decide about money: owners among them."""
    roles = [role for role in Role if allows(role, Permission.MONEY)]
    return session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            col(Membership.role).in_(roles),
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()
