"""Reads of people. Everything about an organisation is filtered by the actor's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from app.core import clock
from app.core.errors import NotFound
from app.core.ids import token_hash
from app.people.models import (
    AuditEntry,
    Invitation,
    LinkPurpose,
    Membership,
    OneTimeLink,
    Organisation,
    Person,
    SignInSession,
)
from app.people.rules import Actor, Role
from app.people.sessions import IDLE

AUDIT_PAGE = 50


@dataclass(frozen=True)
class MemberRow:
    pid: str
    name: str
    email: str
    role: Role
    since: datetime
    is_me: bool


@dataclass(frozen=True)
class AuditPage:
    entries: Sequence[AuditEntry]
    page: int
    pages: int


def anyone(session: Session) -> bool:
    """Whether the instance has an account yet."""
    return session.exec(select(Person.id).limit(1)).first() is not None


def organisation(session: Session, actor: Actor) -> Organisation:
    """The actor's organisation."""
    return session.exec(select(Organisation).where(Organisation.id == actor.organisation_id)).one()


def organisation_by_pid(session: Session, pid: str) -> Organisation | None:
    """Any organisation: its statements are public."""
    return session.exec(select(Organisation).where(Organisation.pid == pid)).first()


def all_organisations(session: Session) -> Sequence[Organisation]:
    """Every organisation of the instance, by name."""
    return session.exec(select(Organisation).order_by(col(Organisation.name), col(Organisation.id))).all()


def organisations_of(session: Session, person_id: int) -> Sequence[tuple[Organisation, Membership]]:
    """The organisations a person belongs to, with their membership of each."""
    return session.exec(
        select(Organisation, Membership)
        .join(Membership, col(Membership.organisation_id) == Organisation.id)
        .where(Membership.person_id == person_id)
        .order_by(col(Organisation.name), col(Organisation.id))
    ).all()


def person_by_email(session: Session, email: str) -> Person | None:
    """The account behind an address, disabled or not."""
    return session.exec(select(Person).where(Person.email == email.lower())).first()


def members(session: Session, actor: Actor) -> list[MemberRow]:
    """The members of the actor's organisation, by name."""
    rows = session.exec(
        select(Membership, Person)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(Membership.organisation_id == actor.organisation_id)
        .order_by(func.lower(Person.name), col(Membership.id))
    ).all()
    return [
        MemberRow(
            pid=membership.pid,
            name=person.name,
            email=person.email,
            role=membership.role,
            since=membership.created_at,
            is_me=person.id == actor.person_id,
        )
        for membership, person in rows
    ]


def owners(session: Session, organisation_id: int) -> Sequence[Person]:
    """The owners of an organisation who can sign in."""
    return session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == Role.OWNER,
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def membership(session: Session, actor: Actor, pid: str) -> Membership:
    """A membership of the actor's organisation. Raises NotFound."""
    found = session.exec(
        select(Membership).where(Membership.pid == pid, Membership.organisation_id == actor.organisation_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def pending_invitations(session: Session, actor: Actor) -> Sequence[Invitation]:
    """Invitations of the actor's organisation that wait for an answer, expired ones included."""
    return session.exec(
        select(Invitation)
        .where(
            Invitation.organisation_id == actor.organisation_id,
            col(Invitation.accepted_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .order_by(col(Invitation.created_at).desc(), col(Invitation.id).desc())
    ).all()


def open_invitation(session: Session, token: str) -> tuple[Invitation, Organisation] | None:
    """The invitation a link leads to, while it can be accepted."""
    return session.exec(
        select(Invitation, Organisation)
        .join(Organisation, col(Organisation.id) == Invitation.organisation_id)
        .where(
            Invitation.token_hash == token_hash(token),
            col(Invitation.accepted_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            Invitation.expires_at > clock.now(),
        )
    ).first()


def open_link(session: Session, token: str, purpose: LinkPurpose) -> OneTimeLink | None:
    """A one-time link that has not served and is not too old."""
    return session.exec(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == token_hash(token),
            OneTimeLink.purpose == purpose,
            col(OneTimeLink.used_at).is_(None),
            OneTimeLink.expires_at > clock.now(),
        )
    ).first()


def sessions_of(session: Session, person_id: int) -> Sequence[SignInSession]:
    """The browsers a person is signed in with, the last used first."""
    moment = clock.now()
    return session.exec(
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.expires_at > moment,
            SignInSession.seen_at > moment - IDLE,
        )
        .order_by(col(SignInSession.seen_at).desc(), col(SignInSession.id).desc())
    ).all()


def audit_people(session: Session, actor: Actor) -> Sequence[tuple[str, str]]:
    """(pid, name) of everyone who appears in the organisation's audit log, past members included."""
    return session.exec(
        select(Person.pid, Person.name)
        .where(
            col(Person.id).in_(
                select(AuditEntry.person_id).where(AuditEntry.organisation_id == actor.organisation_id)
            )
        )
        .order_by(func.lower(Person.name))
    ).all()


def audit_page(session: Session, actor: Actor, *, who: str = "", kind: str = "", page: int = 1) -> AuditPage:
    """One page of the organisation's audit log, the latest first.

    `who` is a person's pid, `kind` the first word of an action. A page beyond the end is the last.
    """
    wanted: list[ColumnElement[bool]] = [col(AuditEntry.organisation_id) == actor.organisation_id]
    if who:
        wanted.append(col(AuditEntry.person_id).in_(select(Person.id).where(Person.pid == who)))
    if kind:
        wanted.append(col(AuditEntry.action).startswith(f"{kind}.", autoescape=True))
    total = session.exec(select(func.count()).select_from(AuditEntry).where(*wanted)).one()
    pages = max(1, -(-total // AUDIT_PAGE))
    page = min(max(1, page), pages)
    entries = session.exec(
        select(AuditEntry)
        .where(*wanted)
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(AUDIT_PAGE)
        .offset((page - 1) * AUDIT_PAGE)
    ).all()
    return AuditPage(entries, page, pages)


def invitations_to(session: Session, organisation_id: int, emails: Collection[str]) -> Sequence[Invitation]:
    """Invitations to an organisation's team that went to some addresses."""
    return session.exec(
        select(Invitation).where(
            Invitation.organisation_id == organisation_id, func.lower(Invitation.email).in_(emails)
        )
    ).all()


def members_with(session: Session, organisation_id: int, emails: Collection[str]) -> Sequence[MemberRow]:
    """Members of an organisation whose accounts have some addresses."""
    rows = session.exec(
        select(Membership, Person)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(Membership.organisation_id == organisation_id, func.lower(Person.email).in_(emails))
    )
    return [
        MemberRow(member.pid, person.name, person.email, member.role, member.created_at, is_me=False)
        for member, person in rows
    ]
