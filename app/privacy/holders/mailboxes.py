"""What hangs on an address alone: mails we sent there, invitations to the team, accounts of members."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.mail import queries as mail_queries
from app.mail import service as mail
from app.people import queries, service
from app.privacy.base import Holder, Kept, Rows, Subject


def _mails(session: Session, subject: Subject) -> Rows:
    """Only for themselves: a mail does not say which organisation wrote it."""
    if not subject.themselves:
        return ()
    return [
        {"to": one.recipient, "at": one.created_at, "subject": one.subject, "text": one.text}
        for one in mail_queries.to(session, subject.emails)
    ]


def _erase_mails(session: Session, subject: Subject) -> Sequence[Kept]:
    mail.forget_recipients(session, subject.emails, unsent=subject.themselves)
    return ()


def _invitations(session: Session, subject: Subject) -> Rows:
    return [
        {"email": one.email, "role": one.role, "sent_at": one.created_at, "accepted_at": one.accepted_at}
        for one in queries.invitations_to(session, subject.organisation_id, subject.emails)
    ]


def _erase_invitations(session: Session, subject: Subject) -> Sequence[Kept]:
    service.forget_invitations(session, subject.organisation_id, subject.emails)
    return ()


def _memberships(session: Session, subject: Subject) -> Rows:
    return [
        {"name": one.name, "email": one.email, "role": one.role, "since": one.since}
        for one in queries.members_with(session, subject.organisation_id, subject.emails)
    ]


def _keep_memberships(session: Session, subject: Subject) -> Sequence[Kept]:
    members = queries.members_with(session, subject.organisation_id, subject.emails)
    return [
        Kept(
            mark("Their account as a member of the team"),
            mark("They work here. Remove them from the members first."),
            len(members),
        )
    ]


MAILS = Holder("mails", mark("Mails sent to them"), _mails, _erase_mails)
INVITATIONS = Holder("invitations", mark("Invitations to the team"), _invitations, _erase_invitations)
MEMBERSHIPS = Holder("memberships", mark("Memberships of the team"), _memberships, _keep_memberships)
