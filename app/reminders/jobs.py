"""When the hour of a post comes: mails are queued with their claim, other ways are told one after the other.

And when the instance's key is replaced: what the old one sealed is sealed anew.
"""

import time

from app.core import clock, vault
from app.core.db import reading, transaction
from app.reminders import queries, service, ways
from app.reminders.models import Way
from app.reminders.queries import Sealed, Waiting

SPENT = 10.0  # seconds one run may wait for other people's servers; the next run takes the rest


def remind() -> int:
    """Tell each influencer what is due or missed, once by each way; returns how many reminders were claimed.

    A process that dies after a claim loses at most that one reminder of one way; a mail is never lost.
    """
    with reading() as session:
        waiting = queries.waiting(session, clock.now())
    told = sum(_by_mail(one) for one in waiting if one.way is Way.MAIL)
    began = time.monotonic()
    for one in waiting:
        if time.monotonic() - began > SPENT:
            break
        if one.way is not Way.MAIL:
            told += _by_target(one)
    return told


def _by_mail(one: Waiting) -> bool:
    with transaction() as session:
        claimed = service.claim(session, one)
        if claimed is None:
            return False
        service.queue_mail(session, claimed[0], one, claimed[1])
        return True


def _by_target(one: Waiting) -> bool:
    with transaction() as session:
        target = queries.target_by_id(session, one.target_id)
        claimed = service.claim(session, one) if target is not None else None
    if target is None or claimed is None:
        return False
    reminder_id, story = claimed
    outcome = ways.tell(target, story.influencer.pid, service.notice(one, story))
    with transaction() as session:
        service.record(session, reminder_id, target.id, outcome)
    return True


def seal_again() -> int:
    """Seal with the newest key what an older one sealed, so that the older may be dropped; returns how many."""
    with reading() as session:
        old = [row for row in queries.sealed(session) if not vault.is_current(row.sealed)]
    return sum(_seal_again(row) for row in old)


def _seal_again(row: Sealed) -> bool:
    """Only if nobody has sealed something else there since it was read."""
    place = ways.place(row.influencer_pid, row.pid)
    try:
        sealed = vault.sealed_again(row.sealed, bound_to=place)
    except vault.CannotOpen:
        return False  # a lost key: its owner is told at the next reminder
    with transaction() as session:
        return service.replace_seal(session, row.target_id, before=row.sealed, after=sealed)
