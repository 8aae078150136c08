"""The secret address of a member's calendar. Programs carry no cookie: the address is the key, until it is renewed."""

from sqlmodel import Session, col, select

from app.core.crypto import keyed_hash, same
from app.people.models import Membership, Person
from app.people.rules import Actor


def calendar_key(membership: Membership) -> str:
    """The secret part of the address; it ends with the membership, or when the member makes a new one."""
    return (
        f"{membership.pid}-{keyed_hash('studio-calendar', membership.pid, str(membership.calendar_series))}"
    )


def member_by_key(session: Session, key: str) -> tuple[Membership, Person] | None:
    """The member behind an address; None when it is not, or no longer, one of ours."""
    pid, _, _ = key.partition("-")
    row = session.exec(
        select(Membership, Person)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(Membership.pid == pid, col(Person.disabled_at).is_(None))
    ).first()
    return (row[0], row[1]) if row is not None and same(calendar_key(row[0]), key) else None


def own_membership(session: Session, actor: Actor) -> Membership:
    """The membership somebody acts by."""
    return session.exec(
        select(Membership).where(
            Membership.person_id == actor.person_id, Membership.organisation_id == actor.organisation_id
        )
    ).one()


def renew(session: Session, actor: Actor) -> None:
    """Make a new address; the one before shows nothing any more."""
    membership = own_membership(session, actor)
    membership.calendar_series += 1
    session.add(membership)
