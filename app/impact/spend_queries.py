"""Reads of spending: what waits, what counts with its evidence, sums by category, who may agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact import money_rules
from app.impact.money_rules import Category, SpendState
from app.impact.spend_models import Evidence, Spend, SpendingRule
from app.media import queries as media
from app.media.queries import MediaUrls
from app.people.models import Person


@dataclass(frozen=True)
class PageView:
    """A page of evidence: the original for the team, the covered copy for anyone once it is published."""

    evidence: Evidence
    original: MediaUrls | None
    copy: MediaUrls | None


def limit(session: Session, organisation_id: int) -> int | None:
    """The amount above which two must agree, in hundredths; None where one is enough."""
    rule = session.get(SpendingRule, organisation_id)
    return rule.limit_minor if rule else None


def spend(session: Session, campaign: Campaign, pid: str) -> Spend | None:
    """A spending of this campaign, whatever its state."""
    return session.exec(select(Spend).where(Spend.pid == pid, Spend.campaign_id == campaign.id)).first()


@dataclass(frozen=True)
class Waiting:
    """A spending that waits for a second member, or was refused, with who entered and who decided."""

    spend: Spend
    entered_by: str
    decided_by: str
    pages: Sequence[PageView]


def not_counted(session: Session, campaign: Campaign) -> list[Waiting]:
    """What waits, then what was refused; the latest first in each."""
    rows = session.exec(
        select(Spend)
        .where(
            Spend.campaign_id == campaign.id, col(Spend.state).in_([SpendState.WAITING, SpendState.REFUSED])
        )
        .order_by(col(Spend.state).desc(), col(Spend.id).desc())
    ).all()
    people = {one for row in rows for one in (row.entered_by, row.decided_by) if one is not None}
    names = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(people))).all())
    files = pages(session, [row.id for row in rows], studio=True)
    return [
        Waiting(
            row, names.get(row.entered_by or 0, ""), names.get(row.decided_by or 0, ""), files.get(row.id, [])
        )
        for row in rows
    ]


def of_entries(session: Session, entry_ids: Iterable[int]) -> dict[int, Spend]:
    """What was entered, by its line in the ledger; lines from before are absent."""
    rows = session.exec(select(Spend).where(col(Spend.ledger_entry_id).in_(list(entry_ids)))).all()
    return {row.ledger_entry_id: row for row in rows if row.ledger_entry_id is not None}


def pages(session: Session, spend_ids: Sequence[int], *, studio: bool) -> dict[int, list[PageView]]:
    """The evidence of some spendings, page by page; outside the studio nothing of an original."""
    if not spend_ids:
        return {}
    rows = session.exec(
        select(Evidence)
        .where(col(Evidence.spend_id).in_(spend_ids))
        .order_by(col(Evidence.page), col(Evidence.id))
    ).all()
    originals = media.urls(session, [row.original_id for row in rows], studio=True) if studio else {}
    copies = media.urls(session, [row.copy_id for row in rows], studio=studio)
    found: dict[int, list[PageView]] = {}
    for row in rows:
        view = PageView(row, originals.get(row.original_id), copies.get(row.copy_id or 0))
        if studio or view.copy is not None:
            found.setdefault(row.spend_id, []).append(view)
    return found


def evidence(session: Session, campaign: Campaign, pid: str) -> tuple[Evidence, Spend] | None:
    """A page of evidence of this campaign with its spending."""
    return session.exec(
        select(Evidence, Spend)
        .join(Spend, col(Spend.id) == Evidence.spend_id)
        .where(Evidence.pid == pid, Spend.campaign_id == campaign.id)
    ).first()


def page_count(session: Session, spend_id: int) -> int:
    """How many pages prove a spending."""
    return int(session.exec(select(func.count()).where(Evidence.spend_id == spend_id)).one())


def by_category(session: Session, campaign_id: int) -> Mapping[Category, int]:
    """Minor units used by category, from the ledger; what was cancelled is not in it."""
    corrected = aliased(LedgerEntry)
    corrects = col(LedgerEntry.corrects_id).is_not(None)
    kind = case((corrects, col(corrected.kind)), else_=col(LedgerEntry.kind))
    category = case((corrects, col(corrected.category)), else_=col(LedgerEntry.category))
    rows = session.exec(
        select(category, func.sum(LedgerEntry.amount_minor))
        .outerjoin(corrected, col(corrected.id) == col(LedgerEntry.corrects_id))
        .where(LedgerEntry.campaign_id == campaign_id, kind == EntryKind.SPEND)
        .group_by(category)
    ).all()
    sums: Counter[Category] = Counter()
    for stored, amount in rows:
        sums[money_rules.category_of(stored)] -= int(amount or 0)
    return sums
