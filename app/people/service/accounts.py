"""One's own account: name, language, password and browsers. Nobody else's."""

from sqlmodel import Session, col, delete, select

from app.core import clock
from app.core.errors import DomainError, NotFound
from app.core.i18n import mark
from app.people import audit, passwords, sessions
from app.people.forms import PasswordForm, ProfileForm
from app.people.models import SignInSession
from app.people.queries import person_by_email
from app.people.rules import may_skip_old_password
from app.people.service.sign_in import make_link
from app.people.sessions import SignedIn


class WrongPassword(DomainError):
    """The old password is not the one on record."""

    status = 422

    def __init__(self) -> None:
        super().__init__(mark("This is not your present password."))


def change_profile(session: Session, me: SignedIn, form: ProfileForm) -> None:
    """Change one's name and language."""
    me.person.name = form.name
    me.person.language = form.language
    session.add(me.person)


def needs_old_password(me: SignedIn) -> bool:
    """Whether a new password must come with the old one.

    Not when there is none, nor right after a sign-in by e-mailed link, which replaces a forgotten one.
    """
    age = clock.now() - me.session.created_at
    return bool(me.person.password_hash) and not may_skip_old_password(me.session.how, age)


def change_password(session: Session, me: SignedIn, form: PasswordForm) -> None:
    """Set a new password, and sign the other browsers out if asked.

    Raises WrongPassword, and WeakPassword when it is the owner's name or address.
    """
    if needs_old_password(me) and not passwords.matches(me.person.password_hash, form.old_password or ""):
        raise WrongPassword
    passwords.refuse_weak(form.new_password, personal=(me.person.name, me.person.email))
    me.person.password_hash = passwords.hash_password(form.new_password)
    session.add(me.person)
    if form.end_others:
        sessions.end_all(session, person_id=me.person.id, except_id=me.session.id)
    if me.actor is not None:
        audit.record(session, me.actor, "account.password_changed")


def sign_out(session: Session, me: SignedIn) -> None:
    """End this browser's session on the server; its cookie is worth nothing afterwards."""
    sessions.end(session, session_id=me.session.id)


def end_session(session: Session, me: SignedIn, pid: str) -> None:
    """Sign one of one's browsers out. Raises NotFound for anybody else's."""
    found = session.exec(
        select(SignInSession.id).where(SignInSession.pid == pid, SignInSession.person_id == me.person.id)
    ).first()
    if found is None:
        raise NotFound
    session.exec(delete(SignInSession).where(col(SignInSession.id) == found))


def end_other_sessions(session: Session, me: SignedIn) -> int:
    """Sign all one's other browsers out; returns how many."""
    return sessions.end_all(session, person_id=me.person.id, except_id=me.session.id)


def reset_link(session: Session, *, email: str) -> str:
    """A sign-in link for someone who can read no mail, made by whoever runs the server. Raises NotFound."""
    person = person_by_email(session, email)
    if person is None or person.disabled_at is not None:
        raise NotFound(mark("No account has this address."))
    return make_link(session, person)
