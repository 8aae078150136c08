"""Reads of the books: what Stripe told, what the ledger tells of it, where they differ."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from app.books.models import AccountPlan, BooksRun, Finding, StripeLine, StripePayout
from app.books.rules import Entered, FindingState, Movement, Sent
from app.campaigns.models import Campaign
from app.donations.models import Gift, LedgerEntry, StripeAccount
from app.people.models import Person
from app.people.rules import Actor

# Gifts that came, or may yet come, through Stripe; those of other ways have an account of nobody.
_THROUGH_STRIPE = or_(col(Gift.checkout_id).is_not(None), col(Gift.invoice).is_not(None))


def own_source(account: str) -> str:
    """How the source of an entry begins that these books made for an account."""
    return f"books:{account or '-'}:"


def _told_by(account: str) -> ColumnElement[bool]:
    through = and_(col(LedgerEntry.source).startswith("stripe:"), col(Gift.account) == account)
    return or_(through, col(LedgerEntry.source).startswith(own_source(account)))


@dataclass(frozen=True, slots=True)
class Line:
    """One movement with whose it is and which payout took it."""

    id: str
    kind: str
    net_minor: int
    currency: str
    source: str
    payout: str | None
    campaign_id: int | None

    @property
    def movement(self) -> Movement:
        return Movement(self.id, self.kind, self.net_minor, self.currency, self.source)


def lines(session: Session, account: str, organisation_id: int | None = None) -> list[Line]:
    """What Stripe told of an account, or of an organisation's part of it, in the order it was told."""
    query = (
        sql_select(
            col(StripeLine.remote_id),
            col(StripeLine.kind),
            col(StripeLine.net_minor),
            col(StripeLine.currency),
            col(StripeLine.source),
            col(StripeLine.payout),
            col(StripeLine.campaign_id),
        )
        .where(col(StripeLine.account) == account)
        .order_by(col(StripeLine.id))
    )
    if organisation_id is not None:
        query = query.where(col(StripeLine.organisation_id) == organisation_id)
    return [Line(*row) for row in session.execute(query)]


def entries(
    session: Session, account: str, organisation_id: int | None = None, only: Collection[int] | None = None
) -> list[Entered]:
    """What the ledger tells of an account, or of an organisation's part of it, or of some campaigns."""
    query = (
        select(LedgerEntry.source, LedgerEntry.amount_minor, LedgerEntry.currency, LedgerEntry.created_at)
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .where(_told_by(account))
        .order_by(col(LedgerEntry.id))
    )
    if organisation_id is not None:
        query = query.where(LedgerEntry.organisation_id == organisation_id)
    if only is not None:
        query = query.where(col(LedgerEntry.campaign_id).in_(only))
    return [Entered(*row) for row in session.exec(query)]


def entries_of(session: Session, account: str, key: str) -> Sequence[LedgerEntry]:
    """Every entry about one thing at Stripe, in the order entered."""
    ends = or_(*(col(LedgerEntry.source) == source for source in _sources(key)))
    own = and_(
        col(LedgerEntry.source).startswith(own_source(account)),
        col(LedgerEntry.source).endswith(f":{key}", autoescape=True),
    )
    return session.exec(
        select(LedgerEntry)
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .where(or_(and_(ends, col(Gift.account) == account), own))
        .order_by(col(LedgerEntry.id))
    ).all()


# Every way `donations.facts` names what it tells of one thing.
_TOLD = (
    "charge",
    "cover",
    "fee",
    "refund",
    "refund-cover",
    "refund-returned",
    "refund-cover-returned",
    "dispute",
    "dispute-cover",
    "dispute-returned",
    "dispute-cover-returned",
    "dispute-fee",
    "dispute-fee-returned",
)


def _sources(key: str) -> list[str]:
    return [f"stripe:{told}:{key}" for told in _TOLD]


def owners_of_things(session: Session, account: str) -> dict[str, tuple[int, int]]:
    """Organisation and campaign of each thing the ledger tells of, by the end of the entry's source."""
    rows = session.exec(
        select(LedgerEntry.source, LedgerEntry.organisation_id, LedgerEntry.campaign_id)
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .where(_told_by(account))
    )
    return {source.rpartition(":")[2]: (organisation, campaign) for source, organisation, campaign in rows}


def first_gift(session: Session, account: str) -> datetime | None:
    """When the first gift through an account was begun."""
    return session.exec(
        select(func.min(Gift.created_at)).where(Gift.account == account, _THROUGH_STRIPE)
    ).one()


def sole_organisation(session: Session, account: str) -> int | None:
    """The one organisation an account belongs to: its own, or the only one that uses the instance's."""
    if account:
        return session.exec(select(StripeAccount.organisation_id).where(StripeAccount.pid == account)).first()
    found = session.exec(
        select(Gift.organisation_id).where(Gift.account == "", _THROUGH_STRIPE).distinct().limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def accounts_of(session: Session, organisation_id: int) -> list[str]:
    """The accounts an organisation's gifts came through, the instance's first."""
    rows = session.exec(
        select(Gift.account).where(Gift.organisation_id == organisation_id, _THROUGH_STRIPE).distinct()
    )
    return sorted(rows)


def run_of(session: Session, account: str, *, lock: bool = False) -> BooksRun | None:
    """How far an account was read; locked until the transaction ends where asked."""
    return session.get(BooksRun, account or "-", with_for_update=lock or None)


def source_of(session: Session, account: str, key: str) -> str:
    """The object at Stripe behind a thing: what its movement names, or the thing itself."""
    named = session.exec(
        select(StripeLine.source).where(StripeLine.account == account, StripeLine.remote_id == key)
    ).first()
    return named or key


def returns(session: Session, account: str) -> dict[str, Sent]:
    """Every payout of an account as far as places are concerned."""
    back = {
        line.source: line.payout
        for line in session.exec(
            select(StripeLine).where(
                StripeLine.account == account,
                col(StripeLine.kind).in_(["payout_failure", "payout_cancel"]),
            )
        )
    }
    rows = session.exec(select(StripePayout).where(StripePayout.account == account))
    return {row.remote_id: Sent(row.status, back.get(row.remote_id)) for row in rows}


def findings(session: Session, actor: Actor, *, open_only: bool = False) -> Sequence[Finding]:
    """The differences of an organisation, those still open first, the latest 200."""
    query = select(Finding).where(Finding.organisation_id == actor.organisation_id)
    if open_only:
        query = query.where(Finding.state == FindingState.OPEN)
    is_closed = col(Finding.state) != FindingState.OPEN
    return session.exec(
        query.order_by(is_closed, col(Finding.found_at).desc(), col(Finding.id)).limit(200)
    ).all()


def finding(session: Session, actor: Actor, pid: str, *, lock: bool = False) -> Finding | None:
    """One difference of the organisation; locked until the transaction ends where asked."""
    wanted = select(Finding).where(Finding.pid == pid, Finding.organisation_id == actor.organisation_id)
    return session.exec(wanted.with_for_update() if lock else wanted).first()


def payouts_by_hand(session: Session, account: str) -> Sequence[StripePayout]:
    """Payouts sent by hand, whose movements Stripe does not tell."""
    wanted = (StripePayout.account == account, col(StripePayout.by_hand).is_(True))
    return session.exec(select(StripePayout).where(*wanted)).all()


def sums_of_payouts(
    session: Session, account: str, organisation_id: int
) -> dict[str, list[tuple[int | None, int, int]]]:
    """What each payout took of an organisation, by campaign: campaign, net amount, number of movements."""
    rows = session.exec(
        select(
            StripeLine.payout,
            StripeLine.campaign_id,
            func.sum(StripeLine.net_minor),
            func.count(col(StripeLine.id)),
        )
        .where(
            StripeLine.account == account,
            StripeLine.organisation_id == organisation_id,
            col(StripeLine.payout).is_not(None),
        )
        .group_by(col(StripeLine.payout), col(StripeLine.campaign_id))
        .order_by(col(StripeLine.campaign_id))
    )
    found: dict[str, list[tuple[int | None, int, int]]] = {}
    for payout, campaign, net, count in rows:
        found.setdefault(payout or "", []).append((campaign, int(net), int(count)))
    return found


def has_open(session: Session, organisation_id: int) -> bool:
    """Whether something of an organisation's money is not explained."""
    wanted = (Finding.organisation_id == organisation_id, Finding.state == FindingState.OPEN)
    return session.exec(select(Finding.id).where(*wanted).limit(1)).first() is not None


def anything_open(session: Session) -> bool:
    """Whether something of anybody's money is not explained."""
    return (
        session.exec(select(Finding.id).where(Finding.state == FindingState.OPEN).limit(1)).first()
        is not None
    )


def plan_of(session: Session, organisation_id: int) -> AccountPlan | None:
    """The organisation's chart of accounts, once it wrote one."""
    return session.get(AccountPlan, organisation_id)


def campaign(session: Session, campaign_id: int) -> Campaign:
    """The campaign an entry belongs to."""
    return session.exec(select(Campaign).where(Campaign.id == campaign_id)).one()


def first_day(session: Session, organisation_id: int) -> date | None:
    """The day of the first entry of an organisation's ledger."""
    return session.exec(
        select(func.min(LedgerEntry.on_date)).where(LedgerEntry.organisation_id == organisation_id)
    ).one()


def compared_at(session: Session, organisation_id: int) -> datetime | None:
    """When the accounts of an organisation were all compared last; None while one never was, or there is none."""
    runs = [run_of(session, account) for account in accounts_of(session, organisation_id)]
    moments = [run.compared_at if run else None for run in runs]
    known = [one for one in moments if one is not None]
    return min(known) if known and len(known) == len(moments) else None


def names_of_closers(session: Session, found: Sequence[Finding]) -> dict[int, str]:
    """Who settled some differences, by person."""
    ids = {one.closed_by for one in found if one.closed_by is not None}
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all())
