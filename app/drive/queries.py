"""Reads of the drive: what each sponsor adds as the ledger stands, the wall of donors, statements, gifts by hand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, and_, col, func, or_, select

from app.campaigns.models import Campaign
from app.core import clock
from app.donations import days
from app.donations.days import Counted, Moved
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState, Visibility, public_name
from app.drive import rules
from app.drive.models import BankAccount, BankLine, GiftEntry, SponsorMatch
from app.drive.rules import LineState, Stage
from app.people.models import Person

_MOVES = (EntryKind.GIFT, EntryKind.REFUND, EntryKind.DISPUTE)


@dataclass(frozen=True)
class MatchView:
    """A match as the ledger has it now, in minor units; `pledged` is owed and has not come in yet."""

    match: SponsorMatch
    stage: Stage
    matched_minor: int
    owed_minor: int
    received_minor: int

    @property
    def pledged_minor(self) -> int:
        return max(0, self.owed_minor - self.received_minor)


def match(session: Session, campaign: Campaign, pid: str) -> SponsorMatch | None:
    """A match of this campaign."""
    return session.exec(
        select(SponsorMatch).where(SponsorMatch.pid == pid, SponsorMatch.campaign_id == campaign.id)
    ).first()


def sponsors(session: Session, campaign: Campaign) -> Sequence[SponsorMatch]:
    """What sponsors promised a campaign, the first to start first."""
    return session.exec(
        select(SponsorMatch)
        .where(SponsorMatch.campaign_id == campaign.id, SponsorMatch.currency == campaign.currency)
        .order_by(col(SponsorMatch.starts_at), col(SponsorMatch.id))
    ).all()


def moved(session: Session, campaign: Campaign, rows: Sequence[SponsorMatch]) -> list[Moved]:
    """The ledger by day; apart, for each match in turn, what its gifts are worth and what its sponsor paid."""

    def parts(counted: Counted) -> list[ColumnElement[bool]]:
        return [one for row in rows for one in (_given(counted, campaign, row), _paid(counted, row))]

    return days.by_day(session, campaign.id, parts)


def _given(counted: Counted, campaign: Campaign, row: SponsorMatch) -> ColumnElement[bool]:
    """Gifts paid while a match runs, and what went back of them up to its last day."""
    last = row.ends_at.astimezone(ZoneInfo(campaign.timezone)).date()
    return and_(
        counted.kind.in_(_MOVES),
        col(Gift.paid_at) >= row.starts_at,
        col(Gift.paid_at) < row.ends_at,
        col(LedgerEntry.on_date) <= last,
    )


def _paid(counted: Counted, row: SponsorMatch) -> ColumnElement[bool]:
    return counted.source.startswith(f"match:{row.pid}:")


def views(rows: Sequence[SponsorMatch], ledger: Sequence[Moved]) -> list[MatchView]:
    """What matches come to, from what `moved` found for them: summed anew, so no two gifts can pass a cap."""
    found = []
    for place, row in enumerate(rows):
        given, received = (sum(one.parts[2 * place + part] for one in ledger) for part in (0, 1))
        matched = rules.matched(given, row.percent, row.cap_minor)
        stage = rules.stage(clock.now(), row.starts_at, row.ends_at, full=matched == row.cap_minor)
        owed = rules.owed(matched, row.cap_minor, rest_given=row.rest_given, over=stage is Stage.OVER)
        found.append(MatchView(row, stage, matched, owed, received))
    return found


def match_view(session: Session, campaign: Campaign, row: SponsorMatch) -> MatchView:
    """What one match comes to now."""
    return views([row], moved(session, campaign, [row]))[0]


def payments(session: Session, campaign: Campaign, row: SponsorMatch) -> Sequence[LedgerEntry]:
    """What a sponsor paid, with what cancels a wrong entry, in the order it was entered."""
    own = col(LedgerEntry.source).startswith(f"match:{row.pid}:")
    ids = select(LedgerEntry.id).where(LedgerEntry.campaign_id == campaign.id, own)
    return session.exec(
        select(LedgerEntry)
        .where(or_(and_(LedgerEntry.campaign_id == campaign.id, own), col(LedgerEntry.corrects_id).in_(ids)))
        .order_by(col(LedgerEntry.id))
    ).all()


def received(session: Session, campaign: Campaign, row: SponsorMatch) -> int:
    """What a sponsor has paid so far."""
    return sum(entry.amount_minor for entry in payments(session, campaign, row))


def raised_by_day(ledger: Sequence[Moved]) -> list[tuple[date, int]]:
    """What the public sum gained or lost each day, the first day first."""
    sums: Counter[date] = Counter()
    for one in ledger:
        if one.kind in (*_MOVES, EntryKind.MATCH, EntryKind.DECLARED):
            sums[one.on] += one.amount_minor
    return sorted(sums.items())


@dataclass(frozen=True)
class Wall:
    """The names of the last donors who chose to be named, and how many gifts stand there without a name."""

    names: Sequence[str]
    others: int


WALL_SHOWN = 60


def wall(session: Session, campaign: Campaign) -> Wall | None:
    """Who gave; None below eight gifts. A gift given back is none."""
    entry, corrected, _ = days.counted(campaign.id)
    amount = func.sum(col(LedgerEntry.amount_minor))
    kept = (
        sql_select(col(LedgerEntry.gift_id), amount.label("net"))
        .outerjoin(corrected, corrected.c.id == col(LedgerEntry.corrects_id))
        .where(col(LedgerEntry.campaign_id) == campaign.id, entry.kind.in_(_MOVES))
        .group_by(col(LedgerEntry.gift_id))
        .having(amount > 0)
        .subquery()
    )
    here = (Gift.campaign_id == campaign.id, col(Gift.state) == GiftState.PAID)
    count = session.exec(
        select(func.count(col(Gift.id))).join(kept, kept.c.gift_id == Gift.id).where(*here)
    ).one()
    if count < rules.WALL_FROM:
        return None
    chosen = (*here, Gift.visibility == Visibility.PUBLIC, or_(Gift.donor_name != "", Gift.company != ""))
    rows = session.exec(
        select(Gift)
        .join(kept, kept.c.gift_id == Gift.id)
        .where(*chosen)
        .order_by(col(Gift.paid_at).desc(), col(Gift.id).desc())
        .limit(WALL_SHOWN)
    ).all()
    names = [public_name(gift.visibility, gift.donor_name, gift.company) for gift in rows]
    return Wall(names, count - len(names))


def account(session: Session, organisation_id: int) -> BankAccount | None:
    """Where an organisation receives transfers."""
    return session.get(BankAccount, organisation_id)


def line(session: Session, organisation_id: int, pid: str) -> BankLine | None:
    """A line of a statement, locked until the transaction ends: two who decide take turns."""
    return session.exec(
        select(BankLine)
        .where(BankLine.pid == pid, BankLine.organisation_id == organisation_id)
        .with_for_update()
    ).first()


def lines(session: Session, organisation_id: int, *states: LineState, limit: int = 200) -> Sequence[BankLine]:
    """Lines of statements in some states, the latest first."""
    return session.exec(
        select(BankLine)
        .where(BankLine.organisation_id == organisation_id, col(BankLine.state).in_(states))
        .order_by(col(BankLine.booked_on).desc(), col(BankLine.id).desc())
        .limit(limit)
    ).all()


def line_of(session: Session, gift_id: int) -> BankLine | None:
    """The line of a statement a gift was made from."""
    return session.exec(select(BankLine).where(BankLine.gift_id == gift_id)).first()


@dataclass(frozen=True)
class Entered:
    """A gift entered by hand or from a statement, and by whom; `undone` once an opposite cancels it."""

    gift: Gift
    entry: GiftEntry
    by: str
    seen_by: str
    undone: bool


def entered(session: Session, campaign: Campaign, pid: str = "") -> list[Entered]:
    """The gifts of a campaign that did not pass the payment page, the latest first; or the one of `pid`."""
    query = (
        select(Gift, GiftEntry)
        .join(GiftEntry, col(GiftEntry.gift_id) == col(Gift.id))
        .where(Gift.campaign_id == campaign.id)
        .order_by(col(Gift.id).desc())
        .limit(500)
    )
    rows = session.exec(query.where(Gift.pid == pid) if pid else query).all()
    people = {id_ for _, entry in rows for id_ in (entry.entered_by, entry.seen_by)}
    names: dict[int | None, str] = {
        one.id: one.name for one in session.exec(select(Person).where(col(Person.id).in_(people - {None})))
    }
    undone = set(
        session.exec(
            select(LedgerEntry.gift_id).where(
                col(LedgerEntry.gift_id).in_([gift.id for gift, _ in rows]),
                LedgerEntry.kind == EntryKind.CORRECTION,
            )
        )
    )
    return [
        Entered(gift, entry, names.get(entry.entered_by, ""), names.get(entry.seen_by, ""), gift.id in undone)
        for gift, entry in rows
    ]


def declared(session: Session, campaign: Campaign) -> list[tuple[LedgerEntry, bool]]:
    """What was collected elsewhere, and whether an opposite cancels it; the latest first."""
    rows = session.exec(
        select(LedgerEntry)
        .where(LedgerEntry.campaign_id == campaign.id, LedgerEntry.kind == EntryKind.DECLARED)
        .order_by(col(LedgerEntry.id).desc())
    ).all()
    undone = set(
        session.exec(
            select(LedgerEntry.corrects_id).where(col(LedgerEntry.corrects_id).in_([row.id for row in rows]))
        )
    )
    return [(row, row.id in undone) for row in rows]


def entry(session: Session, campaign: Campaign, pid: str, kind: EntryKind) -> LedgerEntry | None:
    """An entry of this campaign's ledger."""
    return session.exec(
        select(LedgerEntry).where(
            LedgerEntry.pid == pid, LedgerEntry.campaign_id == campaign.id, LedgerEntry.kind == kind
        )
    ).first()


def counted(session: Session, gift_id: int) -> LedgerEntry | None:
    """The entry by which a gift counts."""
    return session.exec(
        select(LedgerEntry).where(
            LedgerEntry.gift_id == gift_id,
            col(LedgerEntry.kind).in_([EntryKind.GIFT, EntryKind.IN_KIND]),
        )
    ).first()


def entry_of_source(session: Session, source: str) -> LedgerEntry | None:
    """The entry of a fact, once it is told."""
    return session.exec(select(LedgerEntry).where(LedgerEntry.source == source)).first()
