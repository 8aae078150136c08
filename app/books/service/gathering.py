"""Stripe's movements and payouts, copied as told; what is known already is never written again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlmodel import Session, col, select, update

from app.books import queries
from app.books.models import BooksRun, StripeLine, StripePayout
from app.books.rules import is_payment
from app.core import clock
from app.core.db import insert_into, reading, transaction
from app.payments.base import BalanceLine, PaymentGateway, PayoutFacts

# Stripe may list a movement a little after the second it bears.
OVERLAP = timedelta(days=1)
# A payout that arrived may still come back; banks take days.
PAYOUT_SETTLES = timedelta(days=30)
PARTS_TOLD_WITHIN = timedelta(days=3)
BEFORE_FIRST = timedelta(hours=1)
AT_ONCE = 500


def gather(gateway: PaymentGateway) -> int:
    """Copy what is new of an account; returns how many movements. Raises PaymentError.

    The books of an account begin with its first gift; there is nothing to copy before.
    """
    account, began = gateway.account, clock.now()
    with reading() as session:
        run, first = queries.run_of(session, account), queries.first_gift(session, account)
    if run is None and first is None:
        return 0
    since = run.since if run else (first or began) - BEFORE_FIRST
    new = _copy_lines(account, gateway.list_balance(run.through - OVERLAP if run else since))
    read_payouts(gateway, since=max(since, run.through - PAYOUT_SETTLES) if run else since)
    with transaction() as session:
        session.merge(BooksRun(account=account or "-", since=since, through=began, compared_at=_before(run)))
    return new


def _before(run: BooksRun | None) -> datetime | None:
    return run.compared_at if run else None


def _copy_lines(account: str, told: Iterable[BalanceLine]) -> int:
    new, lines = 0, iter(told)
    while some := list(islice(lines, AT_ONCE)):
        with transaction() as session:
            new += _add(session, [_row(account, line) for line in some])
    return new


def _add(session: Session, rows: list[dict[str, Any]]) -> int:
    table = StripeLine.__table__  # type: ignore[attr-defined]
    added = session.execute(
        insert_into(session, StripeLine)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["account", "remote_id"])
        .returning(table.c.id)
    )
    return len(added.all())


def _row(account: str, line: BalanceLine) -> dict[str, Any]:
    return {
        "account": account,
        "remote_id": line.id,
        "kind": line.kind[:60],
        "amount_minor": line.amount_minor,
        "fee_minor": line.fee_minor,
        "net_minor": line.net_minor,
        "currency": line.currency,
        "source": line.source[:120],
        # Of a payment it may hold a name, and this copy is kept for good.
        "description": "" if is_payment(line.source) else line.description[:200],
        "made_at": line.created,
        "available_at": line.available_on,
        "told_at": clock.now(),
    }


def read_payouts(gateway: PaymentGateway, *, since: datetime) -> None:
    """Copy how each payout since a moment stands, and what it is made of. Raises PaymentError."""
    for facts in list(gateway.list_payouts(since)):
        with transaction() as session:
            known = _keep(session, gateway.account, facts)
            settled = known.by_hand and clock.now() - known.made_at > PARTS_TOLD_WITHIN
            whole = known.before_minor is not None or settled
        if not whole:
            _read_parts(gateway, facts)


def _keep(session: Session, account: str, facts: PayoutFacts) -> StripePayout:
    known = session.exec(
        select(StripePayout)
        .where(StripePayout.account == account, StripePayout.remote_id == facts.id)
        .with_for_update()
    ).first() or StripePayout(
        account=account,
        remote_id=facts.id,
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        status=facts.status,
        made_at=facts.created,
        arrives_on=facts.arrives_on.date(),
    )
    known.status, known.arrives_on = facts.status, facts.arrives_on.date()
    session.add(known)
    session.flush()
    return known


def _read_parts(gateway: PaymentGateway, facts: PayoutFacts) -> None:
    """Note which movements a payout took. Stripe may still be gathering them: then the next run looks again."""
    parts = [line for line in gateway.list_payout_lines(facts.id) if line.source != facts.id]
    whole = sum(line.net_minor for line in parts) == facts.amount_minor
    names = [line.id for line in parts]
    with transaction() as session:
        found: set[str] = set()
        for start in range(0, len(names), AT_ONCE):
            found |= _mark(session, gateway.account, facts.id, names[start : start + AT_ONCE])
        before = sum(line.net_minor for line in parts if line.id not in found)
        this = (StripePayout.account == gateway.account, StripePayout.remote_id == facts.id)
        session.exec(
            update(StripePayout)
            .where(*this)  # type: ignore[arg-type]
            .values(before_minor=before if whole else None, by_hand=not parts)
        )


def _mark(session: Session, account: str, payout: str, names: list[str]) -> set[str]:
    marked = session.exec(
        update(StripeLine)
        .where(col(StripeLine.account) == account, col(StripeLine.remote_id).in_(names))
        .values(payout=payout)
        .returning(col(StripeLine.remote_id))
    )
    return {row[0] for row in marked}
