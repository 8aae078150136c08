"""What exports read: each entry of an organisation's ledger with what it belongs to, each movement at Stripe.

Donors are not named: a gift is told by its public id alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.books import rules
from app.books.models import StripeLine
from app.campaigns.models import Campaign
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, Way


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the ledger. ``as_kind`` is what it counts as: a correction counts as what it corrects."""

    id: int
    pid: str
    on_date: date
    made_at: datetime
    kind: EntryKind
    as_kind: EntryKind
    amount_minor: int
    currency: str
    campaign: str
    category: str
    note: str
    way: Way | None
    gift: str
    corrects: str
    source: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement at Stripe, on its day in the organisation's zone."""

    remote_id: str
    on_date: date
    kind: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    source: str
    payout: str
    campaign: str
    description: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Money that Stripe sent to the bank, below zero, or that came back."""

    id: int
    told_at: datetime
    on_date: date
    net_minor: int
    currency: str
    source: str


def entries(session: Session, organisation_id: int) -> list[Recorded]:
    """The whole ledger of an organisation, in the order it was written."""
    corrected = aliased(LedgerEntry)
    rows = session.execute(
        sql_select(
            LedgerEntry,
            col(Campaign.title),
            col(Gift.pid),
            col(Gift.way),
            col(corrected.pid),
            col(corrected.kind),
        )
        .join(Campaign, col(Campaign.id) == col(LedgerEntry.campaign_id))
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .outerjoin(corrected, col(corrected.id) == col(LedgerEntry.corrects_id))
        .where(col(LedgerEntry.organisation_id) == organisation_id)
        .order_by(col(LedgerEntry.id))
    )
    return [
        Recorded(
            id=entry.id,
            pid=entry.pid,
            on_date=entry.on_date,
            made_at=entry.created_at,
            kind=entry.kind,
            as_kind=EntryKind(kind or entry.kind),
            amount_minor=entry.amount_minor,
            currency=entry.currency,
            campaign=title,
            category=entry.category,
            note=entry.note,
            way=way,
            gift=gift or "",
            corrects=corrects or "",
            source=entry.source,
        )
        for entry, title, gift, way, corrects, kind in rows
    ]


def movements(session: Session, organisation_id: int, zone: str) -> list[Moved]:
    """Every movement at Stripe that is the organisation's, the oldest first."""
    rows = session.exec(
        select(StripeLine, Campaign.title)
        .outerjoin(Campaign, col(Campaign.id) == col(StripeLine.campaign_id))
        .where(StripeLine.organisation_id == organisation_id)
        .order_by(col(StripeLine.made_at), col(StripeLine.id).desc())
    )
    return [
        Moved(
            remote_id=line.remote_id,
            on_date=line.made_at.astimezone(ZoneInfo(zone)).date(),
            kind=line.kind,
            amount_minor=line.amount_minor,
            fee_minor=line.fee_minor,
            net_minor=line.net_minor,
            currency=line.currency,
            source=line.source,
            payout=line.payout or "",
            campaign=title or "",
            description=line.description,
        )
        for line, title in rows
    ]


def sent(session: Session, organisation_id: int, zone: str) -> list[Sent]:
    """What went between Stripe and the bank, as far as it is this organisation's alone."""
    rows = session.exec(
        select(StripeLine).where(
            StripeLine.organisation_id == organisation_id,
            col(StripeLine.kind).in_(rules.PAYOUT_KINDS),
        )
    )
    return [
        Sent(
            line.id,
            line.told_at,
            line.made_at.astimezone(ZoneInfo(zone)).date(),
            line.net_minor,
            line.currency,
            line.source,
        )
        for line in rows
    ]
