"""The ledger by day and kind, with parts of it summed apart in the same query. Counts what a correction corrects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Subquery, case
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func

from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind


@dataclass(frozen=True)
class Counted:
    """An entry as it counts: a correction has the kind and the source of what it corrects."""

    kind: ColumnElement[EntryKind]
    source: ColumnElement[str]


@dataclass(frozen=True)
class Moved:
    """What the entries of one kind came to on one day; `parts` are the sums of those that were asked for apart."""

    kind: EntryKind
    on: date
    amount_minor: int
    count: int  # an entry that is cancelled is none
    parts: Sequence[int] = ()


Parts = Callable[[Counted], Sequence[ColumnElement[bool]]]


def by_day(session: Session, campaign_id: int, parts: Parts = lambda _: ()) -> list[Moved]:
    """The ledger of a campaign by day and kind, the first day first, in one query.

    `parts` says which entries to sum apart: conditions on an entry as it counts, the ledger's line and its gift.
    """
    entry, corrected, sums = counted(campaign_id)
    apart = [
        func.sum(case((condition, col(LedgerEntry.amount_minor)), else_=0)) for condition in parts(entry)
    ]
    rows = session.execute(
        sql_select(entry.kind, col(LedgerEntry.on_date), *sums, *apart)
        .select_from(LedgerEntry)
        .outerjoin(corrected, corrected.c.id == col(LedgerEntry.corrects_id))
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .where(col(LedgerEntry.campaign_id) == campaign_id)
        .group_by(entry.kind, col(LedgerEntry.on_date))
        .order_by(col(LedgerEntry.on_date))
    ).all()
    return [
        Moved(EntryKind(kind), on, int(amount), int(count), [int(one) for one in found])
        for kind, on, amount, count, *found in rows
    ]


def by_link(session: Session, campaign_id: int) -> dict[int, tuple[int, int]]:
    """What came by each short link: the number of gifts, and their sum less what was given or taken back."""
    entry, corrected, sums = counted(campaign_id)
    rows = session.execute(
        sql_select(col(Gift.link_id), entry.kind, *sums)
        .select_from(LedgerEntry)
        .join(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .outerjoin(corrected, corrected.c.id == col(LedgerEntry.corrects_id))
        .where(col(LedgerEntry.campaign_id) == campaign_id, col(Gift.link_id).is_not(None))
        .group_by(col(Gift.link_id), entry.kind)
    )
    found: dict[int, tuple[int, int]] = {}
    for link_id, kind, amount, number in rows:
        gifts, total = found.get(link_id, (0, 0))
        if kind in (EntryKind.GIFT, EntryKind.REFUND, EntryKind.DISPUTE):
            gifts += int(number) if kind == EntryKind.GIFT else 0
            found[link_id] = (gifts, total + int(amount))
    return found


def counted(campaign_id: int) -> tuple[Counted, Subquery, list[ColumnElement[int]]]:
    """How entries count, the subquery to join for it, and their sum and number."""
    corrected = (
        sql_select(col(LedgerEntry.id), col(LedgerEntry.kind), col(LedgerEntry.source))
        .where(col(LedgerEntry.campaign_id) == campaign_id)
        .subquery()
    )
    corrects = col(LedgerEntry.corrects_id).is_not(None)
    entry = Counted(
        kind=case((corrects, corrected.c.kind), else_=col(LedgerEntry.kind)),
        source=case((corrects, corrected.c.source), else_=col(LedgerEntry.source)),
    )
    whole = case((corrects, -1), else_=1)  # a gift entered wrongly is none
    return entry, corrected, [func.sum(col(LedgerEntry.amount_minor)), func.sum(whole)]
