"""The first organiser: a link made by the server while nobody has an account, and by nobody afterwards."""

from sqlmodel import Session, col, select, update

from app.core import clock
from app.core.errors import Gone
from app.core.i18n import mark
from app.core.ids import new_token, token_hash
from app.core.settings import get_settings
from app.people import audit, passwords, queries, sessions
from app.people.forms import SetupForm
from app.people.models import LinkPurpose, Membership, OneTimeLink, Organisation, Person
from app.people.rules import SETUP_LINK_LIFE, Actor, Role, SignInWay

OVER = mark("This instance is set up already. Sign in, or ask for an invitation.")


def setup_link(session: Session) -> str | None:
    """The address where the first organiser makes their account, good for a day; None once anyone has one."""
    if queries.anyone(session):
        return None
    token = new_token()
    session.add(
        OneTimeLink(
            purpose=LinkPurpose.SETUP,
            token_hash=token_hash(token),
            expires_at=clock.now() + SETUP_LINK_LIFE,
        )
    )
    return f"{get_settings().base_url}/setup/{token}"


def found_instance(session: Session, token: str, form: SetupForm, *, device: str) -> str:
    """Make the first account and its organisation; returns the token of the browser, now signed in.

    Raises Gone when the link has served, is too old, or someone has an account.
    """
    password_hash = passwords.hash_password(form.password)
    _use_up(session, token)
    person = Person(email=form.email, name=form.name, language=form.language, password_hash=password_hash)
    organisation = Organisation(
        name=form.organisation,
        language=form.language,
        timezone=form.timezone,
        currency=form.currency,
        email=form.email,
    )
    session.add_all([person, organisation])
    session.flush()
    session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=Role.OWNER))
    session.flush()
    actor = Actor(person.id, organisation.id, Role.OWNER, person.name)
    audit.record(
        session, actor, "organisation.created", subject=organisation.name, subject_pid=organisation.pid
    )
    return sessions.start(session, person, device=device, way=SignInWay.SETUP)


def _use_up(session: Session, token: str) -> None:
    """Spend every set-up link at once: of two people who hold one, only the first founds the instance."""
    known = session.exec(
        select(OneTimeLink.id).where(
            OneTimeLink.token_hash == token_hash(token), OneTimeLink.expires_at > clock.now()
        )
    ).first()
    spent = session.exec(
        update(OneTimeLink)
        .where(col(OneTimeLink.purpose) == LinkPurpose.SETUP, col(OneTimeLink.used_at).is_(None))
        .values(used_at=clock.now())
    )
    if known is None or spent.rowcount == 0 or queries.anyone(session):
        raise Gone(OVER)
