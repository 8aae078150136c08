"""Putting mails in the queue, in the caller's transaction; refuses an address that could forge a header."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlmodel import Session, col, delete, func

from app.core import clock, i18n
from app.core.db import insert_into
from app.core.templating import render
from app.mail.models import MailState, OutgoingMail
from app.mail.plain import Halves, halves
from app.mail.rules import Attachment


class UnsafeAddress(ValueError):
    """Not one plain address: it holds a line break, a comma or no @."""


def queue(
    session: Session,
    *,
    kind: str,
    to: str,
    language: str,
    context: Mapping[str, Any],
    attachment: Attachment | None = None,
) -> OutgoingMail:
    """Queue one mail, made from `emails/<kind>.html`: its title is the subject, its words are the text.

    It leaves only if the caller's transaction is committed. Raises UnsafeAddress.
    """
    mail = _addressed(kind=kind, to=to, language=language, context=context)
    if attachment is not None:
        mail.attachment_name, mail.attachment_type = attachment.name, attachment.media_type
        mail.attachment = attachment.content
    session.add(mail)
    session.flush()
    return mail


def queue_once(
    session: Session, *, key: str, kind: str, to: str, language: str, context: Mapping[str, Any]
) -> bool:
    """Queue a mail under a key that its asker may repeat; False when the key has its mail already.

    Two processes with one key at one time queue one mail. Raises UnsafeAddress.
    """
    mail = _addressed(kind=kind, to=to, language=language, context=context)
    mail.key = key
    statement = (
        insert_into(session, OutgoingMail)
        .values(**mail.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(col(OutgoingMail.id))
    )
    return session.execute(statement).first() is not None


def _addressed(*, kind: str, to: str, language: str, context: Mapping[str, Any]) -> OutgoingMail:
    """A mail that is in no queue yet. Raises UnsafeAddress."""
    address = to.strip()
    if len(address) > 254 or not re.fullmatch(
        r'[^\s@,;:<>()"\x00-\x1f\x7f]+@[^\s@,;:<>()"\x00-\x1f\x7f]+', address
    ):
        raise UnsafeAddress(to)
    made = written(kind, context, language=language)
    return OutgoingMail(
        kind=kind,
        recipient=address,
        subject=made.subject,
        text=made.text,
        html=made.html,
        language=language,
    )


def written(kind: str, context: Mapping[str, Any], *, language: str) -> Halves:
    """A letter in both its halves, for nobody yet."""
    with i18n.speaking(language):
        return halves(render(f"emails/{kind}.html", context, language=language))


def keep_in_the_mailbox(session: Session, mail: OutgoingMail) -> None:
    """Show a mail in the mailbox of the demo as if it had been sent: there is no server to send it."""
    mail.state, mail.sent_at = MailState.SENT, clock.now()
    session.add(mail)


def try_again(session: Session, mail: OutgoingMail) -> None:
    """Queue a failed mail once more, as a person decided; its count of attempts starts anew."""
    mail.state = MailState.QUEUED
    mail.attempts = mail.unsure = 0
    mail.error = ""
    mail.next_try_at = clock.now()
    session.add(mail)
    session.flush()


def forget_recipients(session: Session, recipients: Collection[str], *, unsent: bool) -> None:
    """Delete the copies of mails to some addresses, and of others that name them; with `unsent`, mails to come too.

    A mail that is being sent at this moment is left to its end; `jobs.forget_old_mails` takes it.
    """
    over = col(OutgoingMail.state).in_([MailState.SENT, MailState.FAILED])
    to_them = func.lower(OutgoingMail.recipient).in_(recipients)
    waiting = col(OutgoingMail.state) == MailState.QUEUED
    session.execute(delete(OutgoingMail).where(to_them, over | waiting if unsent else over))
    for address in recipients:
        named = func.lower(OutgoingMail.text).contains(address, autoescape=True)
        session.execute(delete(OutgoingMail).where(over, named))
