"""Reads of donations. Every total is a sum of the ledger; nothing is counted anywhere else."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.donations.days import Moved, counted
from app.donations.models import Gift, LedgerEntry, PaymentEvent
from app.donations.rules import EntryKind, GiftState, Visibility, Way, public_name
from app.intake.models import Item
from app.intake.rules import Kind


@dataclass(frozen=True)
class Totals:
    """A campaign's money in minor units of its currency; what goes out is told as a positive sum.

    raised + declared + cover + matched − fees − refunds − disputed − spent − transferred = remaining. In-kind gifts are
    told apart and are part of no sum.
    """

    raised_minor: int
    gifts: int
    fees_minor: int
    refunds_minor: int
    spent_minor: int
    updated_at: datetime
    cover_minor: int = 0
    disputed_minor: int = 0
    matched_minor: int = 0
    in_kind_minor: int = 0
    transferred_minor: int = 0
    declared_minor: int = 0

    @property
    def remaining_minor(self) -> int:
        came = self.raised_minor + self.declared_minor + self.cover_minor + self.matched_minor
        went = self.fees_minor + self.refunds_minor + self.disputed_minor
        return came - went - self.spent_minor - self.transferred_minor

    @property
    def net_minor(self) -> int:
        """What the public progress shows: paid gifts less what was given or taken back, and a sponsor's money.

        What was collected elsewhere counts, and is told apart; what donors added for the fees is no part of it.
        """
        came = self.raised_minor + self.declared_minor + self.matched_minor
        return came - self.refunds_minor - self.disputed_minor


def totals(session: Session, campaign_id: int) -> Totals:
    """The sums of a campaign's ledger as it stands in this transaction.

    A correction counts with the kind it corrects, so that a cancelled expense lowers what was spent.
    """
    entry, corrected, sums = counted(campaign_id)
    rows = session.execute(
        sql_select(entry.kind, *sums)
        .select_from(LedgerEntry)
        .outerjoin(corrected, corrected.c.id == col(LedgerEntry.corrects_id))
        .where(col(LedgerEntry.campaign_id) == campaign_id)
        .group_by(entry.kind)
    ).all()
    return _summed((EntryKind(kind), int(amount or 0), int(count)) for kind, amount, count in rows)


def totals_of(moved: Iterable[Moved]) -> Totals:
    """The same from what `by_day` found: for pages that need both."""
    return _summed((one.kind, one.amount_minor, one.count) for one in moved)


def _summed(rows: Iterable[tuple[EntryKind, int, int]]) -> Totals:
    amounts: Counter[EntryKind] = Counter()
    gifts = 0
    for kind, amount, count in rows:
        amounts[kind] += amount
        gifts += count if kind is EntryKind.GIFT else 0
    return Totals(
        raised_minor=amounts[EntryKind.GIFT],
        gifts=gifts,
        fees_minor=-amounts[EntryKind.FEE],
        refunds_minor=-amounts[EntryKind.REFUND],
        spent_minor=-amounts[EntryKind.SPEND],
        cover_minor=amounts[EntryKind.COVER],
        disputed_minor=-amounts[EntryKind.DISPUTE],
        matched_minor=amounts[EntryKind.MATCH],
        in_kind_minor=amounts[EntryKind.IN_KIND],
        transferred_minor=-amounts[EntryKind.TRANSFER],
        declared_minor=amounts[EntryKind.DECLARED],
        updated_at=clock.now(),
    )


@dataclass(frozen=True)
class Pending:
    """What is not settled yet: money not accounted for, in minor units, and gifts neither paid nor given up."""

    remaining_minor: int = 0
    gifts: int = 0


def pending(session: Session, campaign_ids: Collection[int]) -> dict[int, Pending]:
    """What remains in some campaigns, in one query: the ledger's plain sum, for a correction undoes its entry.

    Gifts in kind, and what took one back, move no balance and are no part of it.
    """
    own, corrected = col(Campaign.id), aliased(LedgerEntry)
    left = (
        select(func.sum(LedgerEntry.amount_minor))
        .outerjoin(corrected, col(corrected.id) == col(LedgerEntry.corrects_id))
        .where(
            col(LedgerEntry.campaign_id) == own,
            col(LedgerEntry.kind) != EntryKind.IN_KIND,
            or_(col(corrected.id).is_(None), col(corrected.kind) != EntryKind.IN_KIND),
        )
    )
    open_gifts = select(func.count(col(Gift.id))).where(
        col(Gift.campaign_id) == own, col(Gift.state) == GiftState.PENDING
    )
    rows = session.exec(
        select(
            Campaign.id,
            left.correlate(Campaign).scalar_subquery(),
            open_gifts.correlate(Campaign).scalar_subquery(),
        ).where(own.in_(campaign_ids))
    ).all()
    return {one: Pending(int(minor or 0), gifts) for one, minor, gifts in rows}


def pulse(session: Session, campaign_id: int) -> str:
    """A short text that changes with the ledger of a campaign."""
    last = session.exec(
        select(func.max(col(LedgerEntry.id))).where(LedgerEntry.campaign_id == campaign_id)
    ).one()
    return f"l{last or 0}"


def gift_to_change(session: Session, pid: str) -> Gift | None:
    """A gift, locked until the transaction ends so that two tellers of the same news take turns."""
    return session.exec(select(Gift).where(Gift.pid == pid).with_for_update()).first()


def campaign_of(session: Session, gift: Gift) -> Campaign:
    """The campaign a gift was given to."""
    return session.exec(select(Campaign).where(Campaign.id == gift.campaign_id)).one()


def gift_by_checkout(session: Session, campaign: Campaign, checkout_id: str) -> Gift | None:
    """The gift of a payment page of this campaign."""
    return session.exec(
        select(Gift).where(Gift.checkout_id == checkout_id, Gift.campaign_id == campaign.id)
    ).first()


@dataclass(frozen=True)
class EventHealth:
    """How Stripe's events fare: how many wait, how many ended in an error, when the last one came."""

    waiting: int
    failed: int
    last_at: datetime | None


def event_health(session: Session) -> EventHealth:
    """The state of the instance's inbox; events carry no organisation, so neither do these counts."""
    waiting, failed, last_at = session.exec(
        select(
            func.count(case((col(PaymentEvent.handled_at).is_(None), 1))),
            func.count(
                case((and_(col(PaymentEvent.handled_at).is_not(None), col(PaymentEvent.error) != ""), 1))
            ),
            func.max(PaymentEvent.received_at),
        )
    ).one()
    return EventHealth(waiting, failed, last_at)


@dataclass(frozen=True)
class GiftView:
    """A gift as the organisation sees it; of its charge, what was given back and what banks hold, in minor units."""

    gift: Gift
    refunded_minor: int
    taken_minor: int = 0


GIFTS_PER_PAGE = 50


def gifts(session: Session, campaign: Campaign, *, page: int = 1) -> tuple[list[GiftView], int]:
    """One page of the gifts that got as far as a payment, the latest first; and how many pages there are."""
    shown = (Gift.campaign_id == campaign.id, col(Gift.state).in_([GiftState.PAID, GiftState.PENDING]))
    count = session.exec(select(func.count()).select_from(Gift).where(*shown)).one()
    # What the donor got back: the gift's part and the part added for fees, less what came back again. A gift
    # entered by hand is cancelled by its opposite. What a dispute costs besides is no part of the gift.
    source = col(LedgerEntry.source)
    undone = and_(col(LedgerEntry.kind) == EntryKind.CORRECTION, col(Gift.way) != Way.ONLINE)
    given_back = _left_by(or_(source.startswith("stripe:refund"), undone))
    taken = _left_by(and_(source.startswith("stripe:dispute"), ~source.startswith("stripe:dispute-fee")))
    rows = session.exec(
        select(Gift, given_back, taken)
        .where(*shown)
        .order_by(col(Gift.created_at).desc(), col(Gift.id).desc())
        .offset((page - 1) * GIFTS_PER_PAGE)
        .limit(GIFTS_PER_PAGE)
    )
    views = [GiftView(gift, -int(back), -int(held)) for gift, back, held in rows]
    return views, -(-count // GIFTS_PER_PAGE)


def _left_by(which: ColumnElement[bool]) -> ScalarSelect[int]:
    """The sum of some entries of a gift, for a query over gifts."""
    return (
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .where(col(LedgerEntry.gift_id) == col(Gift.id), which)
        .correlate(Gift)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class Word:
    """Words that came with a gift, as anyone may read them; `name` is empty unless the donor shows it to everyone."""

    pid: str  # of its item in the inbox: by it a notice finds it
    text: str
    name: str
    language: str
    given_at: datetime


def words(session: Session, campaign_id: int, *, limit: int = 12) -> list[Word]:
    """The words anyone may read, the latest first. Who wants to be seen by nobody is not quoted either."""
    rows = session.exec(
        select(Gift, Item.pid)
        .join(Item, and_(col(Item.kind) == Kind.GIFT_MESSAGE, col(Item.subject_id) == col(Gift.id)))
        .where(
            Gift.campaign_id == campaign_id,
            Gift.state == GiftState.PAID,
            Gift.visibility != Visibility.NOBODY,
            Gift.message != "",
            col(Item.public).is_(True),
        )
        .order_by(col(Gift.paid_at).desc(), col(Gift.id).desc())
        .limit(limit)
    )
    return [
        Word(
            pid=pid,
            text=gift.message,
            name=public_name(gift.visibility, gift.donor_name, gift.company),
            language=gift.language,
            given_at=gift.paid_at or gift.created_at,
        )
        for gift, pid in rows
    ]


def ledger_entries(session: Session, campaign_id: int) -> Iterator[LedgerEntry]:
    """Every entry of a campaign in the order it was made, read in batches."""
    return iter(
        session.exec(
            select(LedgerEntry)
            .where(LedgerEntry.campaign_id == campaign_id)
            .order_by(col(LedgerEntry.id))
            .execution_options(yield_per=500)
        )
    )
