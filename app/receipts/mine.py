"""What is a donor's own: their paid gifts, with the receipts that stand and those that were voided.

Whoever holds a browser sees what it gave; whoever came by a mailed link, what carries that address too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.donations.models import Gift
from app.donations.own import theirs
from app.donations.rules import GiftState
from app.receipts import queries
from app.receipts.models import Receipt, ReceiptGift
from app.supporters.queries import Visit


@dataclass(frozen=True)
class Own:
    """A gift as its donor sees it: what stays given, its receipts that stand, and those that were voided."""

    gift: Gift
    campaign: Campaign
    standing: queries.Standing | None
    receipts: Sequence[Receipt]
    voided: Sequence[Receipt]

    @property
    def tax(self) -> Receipt | None:
        return next((one for one in self.receipts if one.series.tax), None)


def of_supporters(session: Session, visit: Visit) -> list[Own]:
    """A visitor's paid gifts with their receipts, the latest first."""
    rows: Sequence[Any] = session.exec(
        select(Gift, Campaign)
        .join(Campaign, col(Campaign.id) == col(Gift.campaign_id))
        .where(theirs(visit), Gift.state == GiftState.PAID)
        .order_by(col(Gift.id).desc())
        .limit(500)
    ).all()
    ids = [gift.id for gift, _ in rows]
    found: dict[int, list[Receipt]] = {}
    for gift_id, receipt in session.exec(
        select(ReceiptGift.gift_id, Receipt)
        .join(Receipt, col(Receipt.id) == col(ReceiptGift.receipt_id))
        .where(col(ReceiptGift.gift_id).in_(ids))
        .order_by(col(Receipt.id).desc())
    ):
        found.setdefault(gift_id, []).append(receipt)
    given = queries.standings(session, ids)
    return [
        Own(
            gift,
            campaign,
            given.get(gift.id),
            [one for one in found.get(gift.id, ()) if one.voided_at is None],
            [one for one in found.get(gift.id, ()) if one.voided_at is not None],
        )
        for gift, campaign in rows
    ]


def is_theirs(session: Session, visit: Visit, receipt: Receipt) -> bool:
    """Whether a receipt stands for a gift of the visitor."""
    found = session.exec(
        select(Gift.id)
        .join(ReceiptGift, col(ReceiptGift.gift_id) == col(Gift.id))
        .where(ReceiptGift.receipt_id == receipt.id, theirs(visit))
    ).first()
    return found is not None


def own_gift_of(session: Session, visit: Visit, pid: str) -> Gift | None:
    """A paid gift of the visitor."""
    return session.exec(
        select(Gift).where(Gift.pid == pid, theirs(visit), Gift.state == GiftState.PAID)
    ).first()
