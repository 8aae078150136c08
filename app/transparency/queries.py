"""Reads of the log: its newest entry, its entries with what they say, what waits to be sealed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, exists
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import PUBLIC_STATES
from app.transparency import rules
from app.transparency.facts import Source
from app.transparency.models import LogContent, LogEntry, LogHead
from app.transparency.rules import Entry, Kind
from app.transparency.sources import SOURCES

BATCH = 500


@dataclass(frozen=True)
class Head:
    """The newest entry of a campaign's log; `at` is the text the log wrote, empty while nothing is sealed."""

    seq: int
    hash: str
    at: str


def head(session: Session, campaign: Campaign) -> Head:
    """The newest entry of a campaign's log: who keeps its hash can tell later whether anything before it changed."""
    row = session.exec(
        select(LogEntry)
        .where(LogEntry.campaign_id == campaign.id)
        .order_by(col(LogEntry.seq).desc())
        .limit(1)
    ).first()
    if row is None:
        return Head(0, rules.genesis(campaign.pid), "")
    return Head(row.seq, row.hash, row.at)


def sealed_by(session: Session, campaign: Campaign, moment: datetime) -> int:
    """The number of the newest entry that was sealed at an instant; 0 while nothing was."""
    found = session.exec(
        select(LogEntry.seq)
        .where(LogEntry.campaign_id == campaign.id, col(LogEntry.at) <= rules.instant(moment))
        .order_by(col(LogEntry.seq).desc())
        .limit(1)
    ).first()
    return found or 0


def kept_head(session: Session, campaign_id: int) -> LogHead | None:
    """What is kept of a log's newest entry beside the log itself."""
    return session.get(LogHead, campaign_id)


def entries(
    session: Session, campaign_id: int, *, after: int = 0, through: int | None = None
) -> Iterator[Entry]:
    """Entries in their order, each with what it says, read in batches."""
    at = after
    while True:
        rows = session.exec(
            select(LogEntry, LogContent)
            .outerjoin(LogContent, col(LogContent.entry_id) == col(LogEntry.id))
            .where(LogEntry.campaign_id == campaign_id, col(LogEntry.seq) > at)
            .order_by(col(LogEntry.seq), col(LogEntry.id))
            .limit(BATCH)
        ).all()
        for row, content in rows:
            if through is not None and row.seq > through:
                return
            yield entry_of(row, content)
        if len(rows) < BATCH:
            return
        at = rows[-1][0].seq


def newest(session: Session, campaign_id: int, *, before: int | None, limit: int) -> list[Entry]:
    """The latest entries, or those before one, the latest first."""
    found = (
        select(LogEntry, LogContent)
        .outerjoin(LogContent, col(LogContent.entry_id) == col(LogEntry.id))
        .where(LogEntry.campaign_id == campaign_id)
        .order_by(col(LogEntry.seq).desc())
        .limit(limit)
    )
    rows = session.exec(found.where(col(LogEntry.seq) < before) if before else found).all()
    return [entry_of(row, content) for row, content in rows]


def entry_of(row: LogEntry, content: LogContent | None) -> Entry:
    """A row as the rules know it."""
    return Entry(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        subject=row.subject,
        digest=row.digest,
        hash=row.hash,
        salt=content.salt if content else None,
        content=content.body if content else None,
    )


def hashes(session: Session, campaign_id: int) -> Iterator[tuple[int, str]]:
    """The number and the hash of every entry."""
    return iter(
        session.exec(
            select(LogEntry.seq, LogEntry.hash)
            .where(LogEntry.campaign_id == campaign_id)
            .order_by(col(LogEntry.seq))
            .execution_options(yield_per=BATCH)
        )
    )


def hash_at(session: Session, campaign: Campaign, seq: int) -> str | None:
    """The hash of one entry by its number; of number 0 what the first entry is chained to."""
    if seq == 0:
        return rules.genesis(campaign.pid)
    return session.exec(
        select(LogEntry.hash).where(LogEntry.campaign_id == campaign.id, LogEntry.seq == seq)
    ).first()


def newest_rows(session: Session) -> dict[Kind, int]:
    """The highest row id of each kind that has many rows."""
    found = {}
    for source in SOURCES:
        if source.many:
            facts = source.rows().subquery()
            found[source.kind] = session.execute(sql_select(func.max(facts.c.row_id))).scalar() or 0
    return found


def behind(session: Session, since: Mapping[Kind, int] | None = None) -> list[tuple[int, Source, int]]:
    """For which public campaigns how many facts of a kind are not sealed, whatever the order they came in.

    Of kinds with many rows the counts are compared; with `since` only rows above those ids are looked at.
    """
    public = set(session.exec(select(Campaign.id).where(col(Campaign.state).in_(PUBLIC_STATES))))
    found = []
    for source in SOURCES:
        counted = source.many and since is None
        facts = source.rows().subquery()
        counts = sql_select(facts.c.campaign_id, func.count()).group_by(facts.c.campaign_id)
        if not counted:
            counts = counts.where(~_sealed(facts, source.kind))
        if source.many and since is not None:
            counts = counts.where(facts.c.row_id > since.get(source.kind, 0))
        sealed = _sealed_counts(session, source.kind) if counted else {}
        for campaign_id, count in session.execute(counts).all():
            missing = count - sealed.get(campaign_id, 0)
            if campaign_id in public and missing:
                found.append((campaign_id, source, missing))
    return found


def _sealed_counts(session: Session, kind: Kind) -> dict[int, int]:
    rows = session.exec(
        select(LogEntry.campaign_id, func.count())
        .where(LogEntry.kind == kind.value)
        .group_by(col(LogEntry.campaign_id))
    )
    return dict(rows.all())


def unsealed(session: Session, campaign_id: int, source: Source, limit: int) -> list[str]:
    """Subjects of facts not sealed yet, the oldest row first; `limit` counts from the newest row."""
    facts = source.rows().subquery()
    rows = session.execute(
        sql_select(facts.c.subject)
        .where(facts.c.campaign_id == campaign_id, ~_sealed(facts, source.kind))
        .order_by(facts.c.row_id.desc())
        .limit(limit)
    )
    return [subject for (subject,) in rows][::-1]


def _sealed(facts: Subquery, kind: Kind) -> ColumnElement[bool]:
    """The condition that a fact has its entry."""
    return exists().where(
        col(LogEntry.campaign_id) == facts.c.campaign_id,
        col(LogEntry.kind) == kind.value,
        col(LogEntry.subject) == facts.c.subject,
    )


def already(session: Session, campaign_id: int, kind: Kind, subjects: Sequence[str]) -> set[str]:
    """Which of some subjects are sealed."""
    return set(
        session.exec(
            select(LogEntry.subject).where(
                LogEntry.campaign_id == campaign_id,
                LogEntry.kind == kind,
                col(LogEntry.subject).in_(subjects),
            )
        )
    )


def to_take_back(session: Session) -> list[tuple[int, int, str]]:
    """(campaign id, entry id, why) of sealed words that somebody has taken back by right since."""
    found: list[tuple[int, int, str]] = []
    for source in SOURCES:
        if source.taken_back is None:
            continue
        facts = source.taken_back().subquery()
        rows = session.execute(
            sql_select(facts.c.campaign_id, col(LogEntry.id), facts.c.why)
            .join(
                LogEntry,
                and_(
                    col(LogEntry.campaign_id) == facts.c.campaign_id,
                    col(LogEntry.kind) == source.kind,
                    col(LogEntry.subject) == facts.c.subject,
                ),
            )
            .join(LogContent, col(LogContent.entry_id) == col(LogEntry.id))
        )
        found += [(campaign_id, entry_id, why) for campaign_id, entry_id, why in rows]
    return found


def withdrawn(session: Session, campaign_id: int) -> list[Entry]:
    """The entries that say by what right words were taken back."""
    rows = session.exec(
        select(LogEntry, LogContent)
        .join(LogContent, col(LogContent.entry_id) == col(LogEntry.id))
        .where(LogEntry.campaign_id == campaign_id, LogEntry.kind == Kind.WITHDRAWN.value)
    ).all()
    return [entry_of(row, content) for row, content in rows]


def logged_campaigns(session: Session) -> Sequence[Campaign]:
    """Every campaign that has a log."""
    return session.exec(
        select(Campaign).join(LogHead, col(LogHead.campaign_id) == Campaign.id).order_by(col(Campaign.id))
    ).all()


def logged_campaign(session: Session, pid: str) -> Campaign | None:
    """The campaign of a log, by its public id."""
    return session.exec(
        select(Campaign)
        .join(LogHead, col(LogHead.campaign_id) == Campaign.id)
        .where(Campaign.pid == pid, col(Campaign.state).in_(PUBLIC_STATES))
    ).first()


def unchecked(session: Session, before: datetime) -> Sequence[int]:
    """Row ids of campaigns whose whole log was last checked before an instant, or never."""
    return session.exec(
        select(LogHead.campaign_id).where(
            (col(LogHead.checked_at).is_(None)) | (col(LogHead.checked_at) < before)
        )
    ).all()


def any_broken(session: Session) -> bool:
    """Whether the last check found an entry that does not hold, in any log."""
    return (
        session.exec(select(LogHead.campaign_id).where(col(LogHead.broken_seq).is_not(None)).limit(1)).first()
        is not None
    )
