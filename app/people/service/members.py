"""Members and invitations of one organisation; refuses to leave it without an owner."""

from collections.abc import Collection

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from app.core import clock
from app.core.errors import Conflict, Gone, NotFound
from app.core.i18n import mark
from app.core.ids import new_token, token_hash
from app.core.settings import get_settings
from app.mail import service as mail
from app.people import audit, passwords, queries, sessions
from app.people.forms import InvitationForm, JoinForm
from app.people.models import Invitation, Membership, Person
from app.people.rules import INVITATION_LIFE, Actor, Permission, Role, SignInWay, keep_an_owner
from app.people.sessions import SignedIn
from app.people.wording import ROLE_NAMES

CLOSED = mark("This invitation has been used, withdrawn or has run out. Ask for another one.")


def invite(session: Session, actor: Actor, form: InvitationForm, *, language: str) -> Invitation:
    """Invite someone by e-mail. Raises Conflict for a member and for someone already invited."""
    actor.require(Permission.ADMIN)
    if any(row.email == form.email for row in queries.members(session, actor)):
        raise Conflict(mark("This person is a member already."))
    if any(row.email == form.email for row in queries.pending_invitations(session, actor)):
        raise Conflict(mark("This person has an invitation already. You can send it again."))
    token = new_token()
    invitation = Invitation(
        organisation_id=actor.organisation_id,
        email=form.email,
        role=form.role,
        token_hash=token_hash(token),
        invited_by=_person_id(actor),
        expires_at=clock.now() + INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    _post(session, actor, invitation, token, language=language)
    _note(session, actor, "member.invited", invitation)
    return invitation


def send_invitation_again(session: Session, actor: Actor, pid: str, *, language: str) -> None:
    """Send a fresh link, good for a week; the former one stops working. Raises NotFound."""
    actor.require(Permission.ADMIN)
    invitation = _pending(session, actor, pid)
    token = new_token()
    invitation.token_hash = token_hash(token)
    invitation.expires_at = clock.now() + INVITATION_LIFE
    session.add(invitation)
    _post(session, actor, invitation, token, language=language)
    _note(session, actor, "member.invited_again", invitation)


def revoke_invitation(session: Session, actor: Actor, pid: str) -> None:
    """Withdraw an invitation; its link stops working at once. Raises NotFound."""
    actor.require(Permission.ADMIN)
    invitation = _pending(session, actor, pid)
    invitation.revoked_at = clock.now()
    session.add(invitation)
    _note(session, actor, "member.invitation_revoked", invitation)


def accept_invitation(session: Session, me: SignedIn, token: str) -> None:
    """Join with the account one is signed in to. Raises Gone, also when the invitation is someone else's."""
    invitation = _open(session, token)
    if invitation.email != me.person.email:
        raise Gone(CLOSED)
    _join(session, me.person, invitation)
    me.session.organisation_id = invitation.organisation_id
    session.add(me.session)


def accept_with_new_account(
    session: Session, token: str, form: JoinForm, *, device: str, replaces: str = ""
) -> str:
    """Make the invited person's account and join; returns the browser's token.

    Raises Gone, Conflict when the address has an account, WeakPassword.
    """
    invitation = _open(session, token)
    passwords.refuse_weak(form.password, personal=(form.name, invitation.email))
    if queries.person_by_email(session, invitation.email) is not None:
        raise Conflict(mark("This address has an account already. Sign in to accept."))
    person = Person(
        email=invitation.email,
        name=form.name,
        language=form.language,
        password_hash=passwords.hash_password(form.password),
    )
    session.add(person)
    session.flush()
    _join(session, person, invitation)
    session.flush()
    return sessions.start(
        session,
        person,
        device=device,
        way=SignInWay.INVITATION,
        organisation_id=invitation.organisation_id,
        replaces=replaces,
    )


def change_role(session: Session, actor: Actor, pid: str, role: Role) -> None:
    """Give a member another role, from their next request on. Raises NotFound, Conflict (last owner)."""
    actor.require(Permission.ADMIN)
    membership = queries.membership(session, actor, pid)
    before = membership.role
    if before is role:
        return
    if role is not Role.OWNER:
        keep_an_owner(_owners(session, actor), membership.id)
    membership.role = role
    session.add(membership)
    person = session.get_one(Person, membership.person_id)
    audit.record(
        session,
        actor,
        "member.role_changed",
        subject=person.name,
        subject_pid=person.pid,
        before=before.value,
        after=role.value,
    )


def remove_member(session: Session, actor: Actor, pid: str) -> bool:
    """Take a member out, or leave oneself; returns whether it was oneself. Raises NotFound, Conflict."""
    membership = queries.membership(session, actor, pid)
    oneself = membership.person_id == actor.person_id
    if not oneself:
        actor.require(Permission.ADMIN)
    keep_an_owner(_owners(session, actor), membership.id)
    person = session.get_one(Person, membership.person_id)
    session.delete(membership)
    sessions.leave(session, person_id=person.id, organisation_id=actor.organisation_id)
    action = "member.left" if oneself else "member.removed"
    audit.record(session, actor, action, subject=person.name, subject_pid=person.pid)
    return oneself


def _person_id(actor: Actor) -> int:
    if actor.person_id is None:
        raise ValueError("an invitation is signed by a person")
    return actor.person_id


def _post(session: Session, actor: Actor, invitation: Invitation, token: str, *, language: str) -> None:
    known = queries.person_by_email(session, invitation.email)
    mail.queue(
        session,
        kind="invitation",
        to=invitation.email,
        language=known.language if known else language,
        context={
            "link": f"{get_settings().base_url}/join/{token}",
            "inviter": actor.name,
            "organisation": queries.organisation(session, actor).name,
            "role": ROLE_NAMES[invitation.role],
            "days": INVITATION_LIFE.days,
        },
    )


def _note(session: Session, actor: Actor, action: str, invitation: Invitation) -> None:
    audit.record(
        session,
        actor,
        action,
        subject=invitation.email,
        subject_pid=invitation.pid,
        role=invitation.role.value,
    )


def _pending(session: Session, actor: Actor, pid: str) -> Invitation:
    for invitation in queries.pending_invitations(session, actor):
        if invitation.pid == pid:
            return invitation
    raise NotFound


def _open(session: Session, token: str) -> Invitation:
    found = queries.open_invitation(session, token)
    if found is None:
        raise Gone(CLOSED)
    invitation = found[0]
    session.refresh(invitation, with_for_update=True)  # of two acceptances at once, the second waits here
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise Gone(CLOSED)
    return invitation


def _join(session: Session, person: Person, invitation: Invitation) -> None:
    """Spend an invitation. Someone who is a member by now keeps the role they have."""
    invitation.accepted_at = clock.now()
    session.add(invitation)
    actor = Actor(person.id, invitation.organisation_id, invitation.role, person.name)
    if any(row.is_me for row in queries.members(session, actor)):
        return
    session.add(
        Membership(person_id=person.id, organisation_id=invitation.organisation_id, role=invitation.role)
    )
    session.flush()
    audit.record(
        session,
        actor,
        "member.joined",
        subject=person.name,
        subject_pid=person.pid,
        role=invitation.role.value,
    )


def _owners(session: Session, actor: Actor) -> list[int]:
    """Membership ids of the owners, locked: two owners cannot demote each other at the same moment."""
    return list(
        session.exec(
            select(Membership.id)
            .where(Membership.organisation_id == actor.organisation_id, Membership.role == Role.OWNER)
            .with_for_update()
        ).all()
    )


def forget_invitations(session: Session, organisation_id: int, emails: Collection[str]) -> None:
    """Delete the invitations that went to some addresses."""
    session.execute(
        delete(Invitation).where(
            col(Invitation.organisation_id) == organisation_id, func.lower(Invitation.email).in_(emails)
        )
    )
