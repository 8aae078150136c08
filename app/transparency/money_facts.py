"""What is sealed of the plan and of the spending: the plan as fixed, its changes, covered copies, what remains.

A change of the plan that is not in public shows: the plan as fixed is what stands now with every change undone.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import exists, literal
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.money import decimal_string
from app.donations.models import LedgerEntry
from app.impact.money_rules import Planned
from app.impact.plan_models import BudgetLine, Commitment, PlanChange, Unspent
from app.impact.planning import told_commitment, told_line
from app.impact.spend_models import Evidence, Spend
from app.media.models import Media
from app.transparency.facts import Fact, Rows, Source, select_rows
from app.transparency.models import LogEntry
from app.transparency.rules import Kind, Why, canonical, instant


def _plans() -> Rows:
    planned = exists().where(col(BudgetLine.campaign_id) == col(Campaign.id))
    promised = exists().where(col(Commitment.campaign_id) == col(Campaign.id))
    changed = exists().where(col(PlanChange.campaign_id) == col(Campaign.id))
    return select_rows(
        col(Campaign.id).label("campaign_id"),
        col(Campaign.pid).label("subject"),
        col(Campaign.id).label("row_id"),
    ).where(col(Campaign.drive_opened_at).is_not(None), planned | promised | changed)


def _read_plans(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    """The plan on which the drive opened: what stands now, with every public change undone."""
    found = {}
    for campaign in session.exec(select(Campaign).where(col(Campaign.pid).in_(pids))):
        changes = session.exec(
            select(PlanChange)
            .where(PlanChange.campaign_id == campaign.id)
            .order_by(col(PlanChange.id).desc())
        ).all()
        lines = session.exec(select(BudgetLine).where(BudgetLine.campaign_id == campaign.id))
        days = session.exec(select(Commitment).where(Commitment.campaign_id == campaign.id))
        content = {
            "budget": _before(map(told_line, lines), changes, Planned.LINE),
            "accounts": _before(map(told_commitment, days), changes, Planned.COMMITMENT),
            "currency": campaign.currency,
        }
        found[campaign.pid] = Fact(campaign.drive_opened_at or campaign.created_at, content)
    return found


def _before(now: Iterable[dict[str, Any]], changes: Collection[PlanChange], kind: Planned) -> list[str]:
    """What stood there before the changes, the latest undone first; each as canonical JSON, in one order."""
    told = [canonical(one) for one in now]
    for change in changes:
        if change.kind is not kind:
            continue
        if change.after is not None and canonical(change.after) in told:
            told.remove(canonical(change.after))
        if change.before is not None:
            told.append(canonical(change.before))
    return sorted(told)


def _changes() -> Rows:
    return select_rows(
        col(PlanChange.campaign_id).label("campaign_id"),
        col(PlanChange.pid).label("subject"),
        col(PlanChange.id).label("row_id"),
    )


def _read_changes(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    rows = session.exec(select(PlanChange).where(col(PlanChange.pid).in_(pids)))
    return {
        one.pid: Fact(
            one.changed_at,
            {
                "kind": one.kind.value,
                "before": one.before,
                "after": one.after,
                "reason": one.reason,
                "at": instant(one.changed_at),
            },
        )
        for one in rows
    }


def _copies() -> Rows:
    return (
        select_rows(
            col(Spend.campaign_id).label("campaign_id"),
            (col(Evidence.pid) + literal(".") + col(Media.pid)).label("subject"),
            col(Evidence.id).label("row_id"),
        )
        .join(Evidence, col(Evidence.spend_id) == col(Spend.id))
        .join(Media, col(Media.id) == col(Evidence.copy_id))
        .where(col(Evidence.published_at).is_not(None), col(Spend.ledger_entry_id).is_not(None))
    )


def _read_copies(session: Session, subjects: Collection[str]) -> dict[str, Fact]:
    """Covered copies as published; one that is no longer shown says nothing that could be compared."""
    pids = {one.partition(".")[0] for one in subjects}
    rows = session.exec(
        select(Evidence, Media, LedgerEntry.pid)
        .join(Spend, col(Spend.id) == col(Evidence.spend_id))
        .join(LedgerEntry, col(LedgerEntry.id) == col(Spend.ledger_entry_id))
        .outerjoin(Media, col(Media.id) == col(Evidence.copy_id))
        .where(col(Evidence.pid).in_(pids))
    ).all()
    found: dict[str, Fact] = {}
    for one, media, entry in rows:
        at = one.published_at
        if media is not None and at is not None:
            content = {"entry": entry, "page": one.page, "file": media.sha256}
            found[f"{one.pid}.{media.pid}"] = Fact(at, content)
    known = {one.pid: one for one, _, _ in rows}
    for subject in subjects:
        row = known.get(subject.partition(".")[0])
        if row is not None and subject not in found:
            found[subject] = Fact(clock.now(), {}, erased=True)
    return found


def _former_copies() -> Rows:
    """Copies that were sealed and are shown no more."""
    now = _copies().subquery()
    still = exists().where(now.c.campaign_id == LogEntry.campaign_id, now.c.subject == LogEntry.subject)
    return select_rows(
        col(LogEntry.campaign_id).label("campaign_id"),
        col(LogEntry.subject).label("subject"),
        literal(Why.COPY.value).label("why"),
    ).where(col(LogEntry.kind) == Kind.EVIDENCE.value, ~still)


def _unspent() -> Rows:
    return select_rows(
        col(Unspent.campaign_id).label("campaign_id"),
        col(Unspent.pid).label("subject"),
        col(Unspent.id).label("row_id"),
    )


def _read_unspent(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    rows = session.exec(
        select(Unspent, Campaign.currency)
        .join(Campaign, col(Campaign.id) == col(Unspent.campaign_id))
        .where(col(Unspent.pid).in_(pids))
    )
    return {
        one.pid: Fact(
            one.said_at,
            {
                "words": one.words,
                "amount": decimal_string(one.amount_minor, currency),
                "currency": currency,
                "use_by": one.use_by.isoformat() if one.use_by else "",
                "at": instant(one.said_at),
            },
        )
        for one, currency in rows
    }


SOURCES: tuple[Source, ...] = (
    Source(Kind.PLAN, _plans, _read_plans),
    Source(Kind.CHANGE, _changes, _read_changes),
    Source(Kind.EVIDENCE, _copies, _read_copies, _former_copies),
    Source(Kind.UNSPENT, _unspent, _read_unspent),
)
