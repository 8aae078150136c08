"""Coming in, by password or by e-mailed link; the answer never tells whether an account exists."""

from dataclasses import dataclass

import structlog
from sqlmodel import Session, col, update

from app.core import clock
from app.core.db import reading
from app.core.errors import Gone
from app.core.i18n import mark
from app.core.ids import new_token, token_hash
from app.core.settings import get_settings
from app.mail import service as mail
from app.people import passwords, queries, sessions
from app.people.models import LinkPurpose, OneTimeLink, Person
from app.people.rules import SIGN_IN_LINK_LIFE, SignInWay

log = structlog.get_logger("people")

SPENT = mark("This link has been used, or is more than ten minutes old. Ask for another one.")


@dataclass(frozen=True)
class Proof:
    """A password that was right. `better_hash` replaces one made with weaker parameters."""

    person_id: int
    better_hash: str = ""


def prove_password(*, email: str, password: str) -> Proof | None:
    """Check a password, in the same time whether or not the account exists (ASVS 5.0, 6.3.8).

    Call it before anything is written: a hash takes a tenth of a second, too long to hold the write lock.
    """
    with reading() as session:
        person = queries.person_by_email(session, email)
    usable = person if person is not None and person.disabled_at is None else None
    right = passwords.matches(usable.password_hash if usable else "", password)
    if usable is None or not right:
        log.warning("sign-in refused", person=usable.pid if usable else None)
        return None
    better = passwords.hash_password(password) if passwords.outdated(usable.password_hash) else ""
    return Proof(usable.id, better)


def sign_in(session: Session, proof: Proof, *, device: str, replaces: str = "") -> str:
    """Open a session for a proved password; returns the browser's token. `replaces` is the one it had."""
    person = session.get_one(Person, proof.person_id)
    if proof.better_hash:
        person.password_hash = proof.better_hash
        session.add(person)
    log.info("signed in", person=person.pid, way=SignInWay.PASSWORD.value)
    return sessions.start(session, person, device=device, way=SignInWay.PASSWORD, replaces=replaces)


def make_link(session: Session, person: Person) -> str:
    """An address that signs a person in once, within ten minutes."""
    token = new_token()
    session.add(
        OneTimeLink(
            purpose=LinkPurpose.SIGN_IN,
            token_hash=token_hash(token),
            person_id=person.id,
            expires_at=clock.now() + SIGN_IN_LINK_LIFE,
        )
    )
    session.flush()
    return f"{get_settings().base_url}/studio/sign-in/{token}"


def send_sign_in_link(session: Session, *, email: str, language: str) -> None:
    """E-mail a link to the account's owner, if there is such an account.

    The mail of an unknown address is made all the same and taken back, so that both answers take as long.
    """
    person = queries.person_by_email(session, email)
    known = person is not None and person.disabled_at is None
    with session.begin_nested() as savepoint:
        link = make_link(session, person) if known and person else f"{get_settings().base_url}/studio/sign-in"
        mail.queue(
            session,
            kind="sign-in",
            to=email,
            language=person.language if known and person else language,
            context={"link": link, "minutes": int(SIGN_IN_LINK_LIFE.total_seconds() // 60)},
        )
        if not known:
            savepoint.rollback()


def sign_in_by_link(session: Session, token: str, *, device: str, replaces: str = "") -> str:
    """Spend a link and open a session; returns the browser's token. Raises Gone when it cannot be spent."""
    link = queries.open_link(session, token, LinkPurpose.SIGN_IN)
    person = session.get(Person, link.person_id) if link else None
    if link is None or person is None or person.disabled_at is not None:
        raise Gone(SPENT)
    spent = session.exec(
        update(OneTimeLink)
        .where(col(OneTimeLink.id) == link.id, col(OneTimeLink.used_at).is_(None))
        .values(used_at=clock.now())
    )
    if spent.rowcount != 1:
        raise Gone(SPENT)
    log.info("signed in", person=person.pid, way=SignInWay.LINK.value)
    return sessions.start(session, person, device=device, way=SignInWay.LINK, replaces=replaces)
