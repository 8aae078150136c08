"""The demo's gifts as Stripe would tell them: its movements beside the ledger, and the payouts that took them.

The ledger itself is the source: each of its lines that tells of a payment or a refund gets its movement.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app.books.models import BooksRun, StripeLine, StripePayout
from app.core import clock
from app.donations.models import Gift, LedgerEntry

BEFORE = timedelta(hours=1)
ARRIVES_AFTER = timedelta(days=2)


def tell(session: Session) -> None:
    """Movements for every entry under Stripe's names that has none, and a payout each week that has arrived."""
    session.flush()
    known = set(session.exec(select(StripeLine.source)))
    lines = [line for line in _lines(session) if line.source not in known]
    if not lines:
        return
    session.add_all(lines)
    session.flush()
    for currency in sorted({line.currency for line in lines}):
        _send(session, currency, [line for line in lines if line.currency == currency])
    now, first = clock.now(), min(line.made_at for line in lines)
    session.merge(BooksRun(account="-", since=first - BEFORE, through=now, compared_at=now))
    session.flush()


def _lines(session: Session) -> list[StripeLine]:
    rows = session.exec(
        select(LedgerEntry, Gift)
        .join(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .where(col(LedgerEntry.source).startswith("stripe:"), col(Gift.payment_intent).is_(None))
        .order_by(col(LedgerEntry.created_at), col(LedgerEntry.id))
    )
    found: dict[str, StripeLine] = {}
    for entry, _ in rows:
        _, told, thing = entry.source.split(":", 2)
        line = found.setdefault(thing, _line(entry, thing))
        if told == "fee":
            line.fee_minor -= entry.amount_minor
        else:
            line.amount_minor += entry.amount_minor
        line.net_minor += entry.amount_minor
    return list(found.values())


def _line(entry: LedgerEntry, thing: str) -> StripeLine:
    return StripeLine(
        remote_id=f"txn_{thing}",
        kind="refund" if thing.startswith("re_") else "charge",
        amount_minor=0,
        net_minor=0,
        currency=entry.currency,
        source=thing,
        made_at=entry.created_at,
        available_at=min(entry.created_at + ARRIVES_AFTER, clock.now()),
        organisation_id=entry.organisation_id,
        campaign_id=entry.campaign_id,
    )


def _send(session: Session, currency: str, lines: Sequence[StripeLine]) -> None:
    """Pay out each Monday what came before it; what a refund left below nothing waits for the next."""
    waiting = sorted(lines, key=lambda line: line.made_at)
    for moment in _mondays(waiting[0].made_at, clock.now() - ARRIVES_AFTER):
        taken = [line for line in waiting if line.made_at < moment]
        amount = sum(line.net_minor for line in taken)
        if amount > 0:
            name = f"po_demo{currency.lower()}{moment:%Y%m%d}"
            for line in taken:
                line.payout = name
            session.add_all(taken)
            session.add(_payout(name, amount, currency, moment))
            session.add(_own_line(name, amount, currency, moment))
            waiting = [line for line in waiting if line.made_at >= moment]


def _mondays(first: datetime, last: datetime) -> list[datetime]:
    start = first.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=7 - first.weekday())
    weeks = max((last - start).days // 7 + 1, 0)
    return [start + timedelta(days=7 * number) for number in range(weeks) if start <= last]


def _payout(name: str, amount: int, currency: str, moment: datetime) -> StripePayout:
    arrives: date = (moment + ARRIVES_AFTER).date()
    return StripePayout(
        remote_id=name,
        amount_minor=amount,
        currency=currency,
        status="paid",
        made_at=moment,
        arrives_on=arrives,
        before_minor=0,
    )


def _own_line(name: str, amount: int, currency: str, moment: datetime) -> StripeLine:
    return StripeLine(
        remote_id=f"txn_{name}",
        kind="payout",
        amount_minor=-amount,
        net_minor=-amount,
        currency=currency,
        source=name,
        made_at=moment,
        available_at=moment,
        payout=name,
    )
