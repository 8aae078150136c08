"""Signed-in browsers: opened, found, kept alive and ended on the server; a cookie alone proves nothing."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete, select, update

from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import transaction
from app.core.ids import new_token, token_hash
from app.people.models import Membership, Organisation, Person, SignInSession
from app.people.rules import Actor, SignInWay

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
# How stale `seen_at` may grow before a page view writes it: one write in five minutes, not one a page.
TOUCH = timedelta(minutes=5)


@dataclass(frozen=True)
class SignedIn:
    """A valid session with its person; organisation and membership are None for a person without any."""

    session: SignInSession
    person: Person
    organisation: Organisation | None
    membership: Membership | None

    @property
    def actor(self) -> Actor | None:
        if self.organisation is None or self.membership is None:
            return None
        return Actor(self.person.id, self.organisation.id, self.membership.role, self.person.name)

    @property
    def csrf_token(self) -> str:
        return keyed_hash("csrf", self.session.token_hash)


def start(
    session: Session,
    person: Person,
    *,
    device: str,
    way: SignInWay = SignInWay.PASSWORD,
    organisation_id: int | None = None,
    replaces: str = "",
) -> str:
    """Open a session and return its token, which only the cookie keeps.

    It acts for `organisation_id`, else for the first organisation the person belongs to. `replaces` is
    the token the browser had before: that session ends, so that nobody can plant one (ASVS 5.0, 7.2.4).
    """
    if replaces:
        session.exec(delete(SignInSession).where(col(SignInSession.token_hash) == token_hash(replaces)))
    token = new_token()
    moment = clock.now()
    if organisation_id is None:
        organisation_id = first_organisation_id(session, person_id=person.id)
    session.add(
        SignInSession(
            token_hash=token_hash(token),
            person_id=person.id,
            organisation_id=organisation_id,
            device=device[:120],
            how=way,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + ABSOLUTE,
        )
    )
    return token


def first_organisation_id(session: Session, *, person_id: int) -> int | None:
    """The organisation a person has belonged to for the longest."""
    return session.exec(
        select(Membership.organisation_id)
        .where(Membership.person_id == person_id)
        .order_by(col(Membership.id))
    ).first()


def find(session: Session, token: str) -> SignedIn | None:
    """The signed-in person behind a cookie; None when it is unknown, idle, too old or disabled."""
    moment = clock.now()
    row = session.exec(
        select(SignInSession, Person, Organisation, Membership)
        .join(Person, col(Person.id) == SignInSession.person_id)
        .outerjoin(Organisation, col(Organisation.id) == SignInSession.organisation_id)
        .outerjoin(
            Membership,
            (col(Membership.organisation_id) == SignInSession.organisation_id)
            & (col(Membership.person_id) == SignInSession.person_id),
        )
        .where(
            SignInSession.token_hash == token_hash(token),
            SignInSession.expires_at > moment,
            SignInSession.seen_at > moment - IDLE,
            col(Person.disabled_at).is_(None),
        )
    ).first()
    return SignedIn(*row) if row else None


def touch(found: SignedIn) -> None:
    """Note that the session is in use, at most once in five minutes, in a transaction of its own."""
    moment = clock.now()
    if moment - found.session.seen_at < TOUCH:
        return
    with transaction() as session:
        session.exec(
            update(SignInSession).where(col(SignInSession.id) == found.session.id).values(seen_at=moment)
        )


def end(session: Session, *, session_id: int) -> None:
    """Sign one browser out."""
    session.exec(delete(SignInSession).where(col(SignInSession.id) == session_id))


def end_all(session: Session, *, person_id: int, except_id: int | None = None) -> int:
    """Sign a person's browsers out, all or all but one; returns how many."""
    statement = delete(SignInSession).where(col(SignInSession.person_id) == person_id)
    if except_id is not None:
        statement = statement.where(col(SignInSession.id) != except_id)
    return int(session.exec(statement).rowcount)


def leave(session: Session, *, person_id: int, organisation_id: int) -> None:
    """Take a person's browsers out of an organisation they no longer belong to, into another of theirs."""
    session.flush()
    session.exec(
        update(SignInSession)
        .where(
            col(SignInSession.person_id) == person_id,
            col(SignInSession.organisation_id) == organisation_id,
        )
        .values(organisation_id=first_organisation_id(session, person_id=person_id))
    )
