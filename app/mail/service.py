"""Putting mails in the queue, in the caller's transaction; refuses an address that could forge a header."""

import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.core import clock
from app.core.templating import render
from app.mail.models import MailState, OutgoingMail
from app.mail.rules import Attachment

SUBJECT_LIMIT = 200


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
    """Queue one mail, made from `emails/<kind>.txt` (its first line is the subject) and `emails/<kind>.html`.

    It leaves only if the caller's transaction is committed. Raises UnsafeAddress.
    """
    address = to.strip()
    if len(address) > 254 or not re.fullmatch(
        r'[^\s@,;:<>()"\x00-\x1f\x7f]+@[^\s@,;:<>()"\x00-\x1f\x7f]+', address
    ):
        raise UnsafeAddress(to)
    subject, _, text = render(f"emails/{kind}.txt", context, language=language).strip().partition("\n")
    mail = OutgoingMail(
        kind=kind,
        recipient=address,
        subject=subject.strip()[:SUBJECT_LIMIT],
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=render(f"emails/{kind}.html", context, language=language),
        language=language,
    )
    if attachment is not None:
        mail.attachment_name, mail.attachment_type = attachment.name, attachment.media_type
        mail.attachment = attachment.content
    session.add(mail)
    session.flush()
    return mail


def try_again(session: Session, mail: OutgoingMail) -> None:
    """Queue a failed mail once more, as a person decided; its count of attempts starts anew."""
    mail.state = MailState.QUEUED
    mail.attempts = mail.unsure = 0
    mail.error = ""
    mail.next_try_at = clock.now()
    session.add(mail)
    session.flush()
