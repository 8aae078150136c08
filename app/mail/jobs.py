"""Sending what is due: claim in one transaction, send outside any, record in another."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, update
from sqlmodel import col

from app.core import clock
from app.core.db import reading, transaction
from app.core.settings import get_settings
from app.mail import queries, rules
from app.mail.models import MailState, OutgoingMail
from app.mail.smtp import Door, Report

log = structlog.get_logger("mail")

BATCH = 50
LEASE = timedelta(minutes=2)  # longer than any one conversation with the server may take


def send_due_mails() -> int:
    """Send the mails whose hour has come; returns how many were handed over or settled.

    Without an SMTP server the demo keeps them in its mailbox page, and production keeps them queued.
    """
    settings = get_settings()
    url = settings.smtp_url.get_secret_value()
    if not url:
        return _keep_in_the_mailbox() if settings.development else 0
    handled = _settle_abandoned()
    with reading() as session:
        due = queries.due_ids(session, clock.now(), limit=BATCH)
    if not due:
        return handled
    with Door(url) as door:
        for mail_id in due:
            mail = _claim(mail_id)
            if mail is not None:
                _record(mail, door.deliver(mail))
                handled += 1
    return handled


def _claim(mail_id: int) -> OutgoingMail | None:
    """Take one mail for this process, or None when another was quicker."""
    now = clock.now()
    with transaction() as session:
        taken = session.exec(
            update(OutgoingMail)
            .where(
                col(OutgoingMail.id) == mail_id,
                col(OutgoingMail.state) == MailState.QUEUED,
                col(OutgoingMail.next_try_at) <= now,
            )
            .values(
                state=MailState.SENDING,
                claimed_until=now + LEASE,
                attempts=col(OutgoingMail.attempts) + 1,
            )
        )
        return session.get(OutgoingMail, mail_id) if taken.rowcount == 1 else None


def _record(mail: OutgoingMail, report: Report) -> None:
    """Write down what became of a claimed mail. A text that was accepted is not kept: it may hold a link."""
    now = clock.now()
    unsure = mail.unsure + (report.outcome is rules.Outcome.UNKNOWN)
    verdict = rules.judge(report.outcome, attempts=mail.attempts, unsure=unsure, now=now)
    with transaction() as session:
        row = session.get(OutgoingMail, mail.id)
        if row is None or row.state is not MailState.SENDING or row.attempts != mail.attempts:
            return  # settled by another process while this one hung: its word stands
        row.claimed_until = None
        row.unsure = unsure
        row.error = "" if verdict.sent else report.detail[:400]
        if verdict.sent:
            row.state, row.sent_at = MailState.SENT, now
            row.text, row.html, row.attachment = "", "", b""
        elif verdict.retry_at is not None:
            row.state, row.next_try_at = MailState.QUEUED, verdict.retry_at
        else:
            row.state = MailState.FAILED
        state = row.state
    log.info(
        "mail",
        kind=mail.kind,
        pid=mail.pid,
        outcome=report.outcome.value,
        attempts=mail.attempts,
        state=state.value,
        detail=report.detail,
    )


def _settle_abandoned() -> int:
    """Mails whose process died between claim and record: their outcome is unknown."""
    with reading() as session:
        left = queries.abandoned(session, clock.now())
    for mail in left:
        _record(mail, Report(rules.Outcome.UNKNOWN, "the process stopped while it was sending"))
    return len(left)


def _keep_in_the_mailbox() -> int:
    now = clock.now()
    with reading() as session:
        if not queries.due_ids(session, now, limit=1):
            return 0
    with transaction() as session:
        kept = session.exec(
            update(OutgoingMail)
            .where(col(OutgoingMail.state) == MailState.QUEUED)
            .values(state=MailState.SENT, sent_at=now)
        )
        return kept.rowcount


def forget_old_mails() -> int:
    """Delete mails that left or were given up more than 30 days ago; returns how many."""
    limit = clock.now() - rules.KEPT
    with transaction() as session:
        gone = session.exec(
            delete(OutgoingMail).where(
                col(OutgoingMail.state).in_([MailState.SENT, MailState.FAILED]),
                col(OutgoingMail.created_at) < limit,
            )
        )
        return gone.rowcount
