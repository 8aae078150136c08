"""Seal what is public, each fact once, and take words back by right. Refuses no fact and never changes an entry.

Who seals locks the head of one campaign's log. Facts are found by what is not in the log, not by their numbers:
commits land out of order, and a gift never waits for the chain.
"""

import secrets
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, delete, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import insert_into
from app.transparency import queries, rules
from app.transparency.facts import Source
from app.transparency.models import LogContent, LogEntry, LogHead
from app.transparency.rules import Kind
from app.transparency.verifying import Verdict

Sealed = tuple[LogEntry, str, str]
"""An entry, the salt of its digest, and what it says."""


def seal(session: Session, campaign: Campaign, source: Source, subjects: Sequence[str]) -> int:
    """Seal some facts of one kind, those sealed meanwhile left out; returns how many entries were added."""
    head = _locked_head(session, campaign)
    known = queries.already(session, campaign.id, source.kind, subjects)
    facts = source.read(session, [one for one in subjects if one not in known])
    place = {subject: number for number, subject in enumerate(subjects)}
    ordered = sorted(facts.items(), key=lambda pair: (pair[1].at, place[pair[0]]))
    _keep(session, [_link(head, source.kind, subject, fact.content) for subject, fact in ordered])
    session.add(head)
    return len(ordered)


def take_back(session: Session, campaign: Campaign, entry_ids: Mapping[int, str]) -> int:
    """Erase the words of some entries for good, an entry of its own saying by what right; returns how many."""
    head = _locked_head(session, campaign)
    rows = session.exec(
        select(LogEntry)
        .join(LogContent, col(LogContent.entry_id) == col(LogEntry.id))
        .where(col(LogEntry.id).in_(list(entry_ids)), LogEntry.campaign_id == campaign.id)
        .order_by(col(LogEntry.seq))
    ).all()
    told = [
        _link(head, Kind.WITHDRAWN, f"{row.kind}.{row.subject}", {"entry": row.seq, "why": entry_ids[row.id]})
        for row in rows
    ]
    _keep(session, told)
    session.exec(delete(LogContent).where(col(LogContent.entry_id).in_([row.id for row in rows])))
    session.add(head)
    return len(rows)


def seal_now(session: Session, campaign: Campaign) -> int:
    """Seal all that a campaign's log lacks, in the caller's transaction; for the demo and for tests."""
    session.flush()
    return sum(
        seal(session, campaign, source, queries.unsealed(session, campaign.id, source, limit=missing))
        for campaign_id, source, missing in queries.behind(session)
        if campaign_id == campaign.id
    )


def note_check(session: Session, campaign_id: int, verdict: Verdict) -> None:
    """Keep what a whole check of a log found."""
    head = session.get_one(LogHead, campaign_id)
    head.checked_at, head.checked_seq = clock.now(), verdict.seq
    head.broken_seq = verdict.broken.seq if verdict.broken else None
    session.add(head)


def _locked_head(session: Session, campaign: Campaign) -> LogHead:
    """The head of a campaign's log, which nobody else may move until the transaction ends."""
    session.execute(
        insert_into(session, LogHead)
        .values(campaign_id=campaign.id, seq=0, hash=rules.genesis(campaign.pid), checked_seq=0)
        .on_conflict_do_nothing(index_elements=["campaign_id"])
    )
    return session.exec(
        select(LogHead)
        .where(LogHead.campaign_id == campaign.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _link(head: LogHead, kind: Kind, subject: str, content: Mapping[str, object]) -> Sealed:
    """The next entry of a chain, with what it says; the head moves on to it."""
    salt, body = secrets.token_hex(16), rules.canonical(content)
    at, digest = rules.instant(clock.now()), rules.digest(salt, body)
    head.seq += 1
    head.hash = rules.link(head.hash, head.seq, at, kind, subject, digest)
    row = LogEntry(
        campaign_id=head.campaign_id,
        seq=head.seq,
        at=at,
        kind=kind.value,
        subject=subject,
        digest=digest,
        hash=head.hash,
    )
    return row, salt, body


def _keep(session: Session, made: Sequence[Sealed]) -> None:
    session.add_all(row for row, _, _ in made)
    session.flush()
    session.add_all(LogContent(entry_id=row.id, salt=salt, body=body) for row, salt, body in made)
    session.flush()
