"""Where time touches the log: what is public is sealed within seconds, and each log is checked whole every day."""

import time
from collections import defaultdict
from datetime import timedelta

import structlog
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading, transaction
from app.transparency import queries, service, verifying
from app.transparency.facts import Source
from app.transparency.rules import Kind

log = structlog.get_logger("transparency")

SPENT = 15.0  # seconds one run may take; the next one takes the rest
BATCH = 100  # facts of one transaction: a gift never waits for more
WHOLE_EVERY = 60.0  # seconds between looks at everything; in between only newer rows are looked at
CHECK_EVERY = timedelta(hours=24)


class _Look:
    """What this process has looked at: it saves reading, and nothing depends on it.

    A row that lands late, under an id that was passed already, is met by the next look at everything.
    """

    def __init__(self) -> None:
        self.whole_at: float | None = None
        self.newest: dict[Kind, int] = {}

    def behind(self, session: Session) -> list[tuple[int, Source, int]]:
        now = time.monotonic()
        if self.whole_at is not None and now - self.whole_at < WHOLE_EVERY:
            return queries.behind(session, self.newest)
        self.newest = queries.newest_rows(session)
        self.whole_at = now
        return queries.behind(session)


_look = _Look()


def forget_looks() -> None:
    """Look at everything the next time; for tests, which empty the database."""
    _look.whole_at = None


def seal_what_is_public() -> int:
    """Seal what no log holds yet and take back what somebody took back; returns how many entries were added.

    A batch has a transaction of its own: others write in between, and a process that dies loses nothing sealed.
    """
    began, sealed = time.monotonic(), 0
    with reading() as session:
        waiting = [
            (campaign_id, source, queries.unsealed(session, campaign_id, source, abs(missing)))
            for campaign_id, source, missing in _look.behind(session)
        ]
        leaving = queries.to_take_back(session)
    for campaign_id, source, subjects in waiting:
        for start in range(0, len(subjects), BATCH):
            if time.monotonic() - began > SPENT:
                forget_looks()  # what is left may lie anywhere
                return sealed
            with transaction() as session:
                campaign = session.get_one(Campaign, campaign_id)
                sealed += service.seal(session, campaign, source, subjects[start : start + BATCH])
    taken: dict[int, dict[int, str]] = defaultdict(dict)
    for campaign_id, entry_id, why in leaving:
        taken[campaign_id][entry_id] = why
    for campaign_id, entry_ids in taken.items():
        with transaction() as session:
            sealed += service.take_back(session, session.get_one(Campaign, campaign_id), entry_ids)
    return sealed


def check_logs() -> int:
    """Check each log whole once a day, against what the database says now; returns how many were checked."""
    began, checked = time.monotonic(), 0
    with reading() as session:
        due = queries.unchecked(session, clock.now() - CHECK_EVERY)
    for campaign_id in due:
        if time.monotonic() - began > SPENT:
            break
        with reading() as session:
            verdict = verifying.verify(session, session.get_one(Campaign, campaign_id))
        with transaction() as session:
            service.note_check(session, campaign_id, verdict)
        checked += 1
        if verdict.broken is not None:
            log.error("a log does not hold", campaign=campaign_id, entry=verdict.broken.seq)
    return checked
