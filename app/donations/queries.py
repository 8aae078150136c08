"""Reads of donations. Every total is a sum of the ledger; nothing is counted anywhere else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from app.core import clock
from app.donations.models import EntryKind, LedgerEntry


@dataclass(frozen=True)
class Totals:
    """A campaign's money in minor units: raised − fees − refunds − spent = remaining."""

    raised_minor: int
    gifts: int
    fees_minor: int
    refunds_minor: int
    spent_minor: int
    updated_at: datetime

    @property
    def remaining_minor(self) -> int:
        return self.raised_minor - self.fees_minor - self.refunds_minor - self.spent_minor

    @property
    def net_minor(self) -> int:
        """What the public progress shows: paid gifts less what was given back."""
        return self.raised_minor - self.refunds_minor


def totals(session: Session, campaign_id: int) -> Totals:
    """The sums of a campaign's ledger as it stands in this transaction.

    A correction counts with the kind it corrects, so that a cancelled expense lowers what was spent.
    """
    corrected = (
        select(LedgerEntry.id, LedgerEntry.kind).where(LedgerEntry.campaign_id == campaign_id).subquery()
    )
    kind = case((col(LedgerEntry.corrects_id).is_not(None), corrected.c.kind), else_=col(LedgerEntry.kind))
    rows = session.exec(
        select(kind, func.sum(LedgerEntry.amount_minor), func.count(col(LedgerEntry.id)))
        .outerjoin(corrected, corrected.c.id == LedgerEntry.corrects_id)
        .where(LedgerEntry.campaign_id == campaign_id)
        .group_by(kind)
    ).all()
    sums = {EntryKind(name): (int(amount or 0), int(count)) for name, amount, count in rows}
    none = (0, 0)
    return Totals(
        raised_minor=sums.get(EntryKind.GIFT, none)[0],
        gifts=sums.get(EntryKind.GIFT, none)[1],
        fees_minor=-sums.get(EntryKind.FEE, none)[0],
        refunds_minor=-sums.get(EntryKind.REFUND, none)[0],
        spent_minor=-sums.get(EntryKind.SPEND, none)[0],
        updated_at=clock.now(),
    )
