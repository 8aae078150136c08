"""Stripe's movements against the ledger, thing by thing; what differs is asked about, then written down.

A difference that reading the payment again settles was a missed notification: it is written down as mended, so
that nothing happens behind a treasurer's back. The others stay open until both sides agree or a member says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.books import queries, rules
from app.books.models import Finding, StripeLine, StripePayout
from app.books.rules import Cause, Difference, FindingState
from app.core import clock
from app.core.db import reading, transaction
from app.donations.service import news
from app.donations.service.fulfilment import Mismatch
from app.payments.base import PaymentError, PaymentGateway

log = structlog.get_logger("books")

ASKED_AT_ONCE = 500  # payments read again in one run; the next run takes the others


@dataclass(frozen=True)
class Outcome:
    """How a comparison of one account ended: differences settled by asking, and those that are open."""

    mended: int
    open: Sequence[Difference]


def compare(gateway: PaymentGateway) -> Outcome:
    """Compare, ask Stripe about what is new, write down what remains. Raises PaymentError."""
    account = gateway.account
    with reading() as session:
        before = {one.key: one for one in _differences(session, account)}
        told = _open_keys(session, account)
    asked = [one for one in before.values() if one.key not in told and rules.is_askable(one.cause)]
    for one in asked[:ASKED_AT_ONCE]:
        ask_again(gateway, one.source)
    with transaction() as session:
        run = queries.run_of(session, account, lock=True)  # two comparisons of one account take turns
        _attribute(session, account)
        now = {one.key: one for one in _differences(session, account)}
        known = {key for key in now if queries.entries_of(session, account, key)}
        settled = [before[key] for key in before if key not in now]
        left = [
            replace(one, cause=rules.after_asking(one.cause, known=one.key in known))
            if rules.is_askable(one.cause)
            else one
            for one in now.values()
        ]
        _write_down(session, account, settled, left)
        if run is not None:
            run.compared_at = clock.now()
            session.add(run)
    return Outcome(len(settled), left)


def ask_again(gateway: PaymentGateway, source: str) -> bool:
    """Read the payment behind a thing and bring its gift up to it; False when it leads to none.

    Raises PaymentError only when Stripe does not answer.
    """
    try:
        intent = gateway.payment_behind(source)
        if intent is None:
            return False
        told = news.read(gateway, "payment_intent.succeeded", {"payment_intent": intent, "object": intent})
        with transaction() as session:
            news.apply(session, told)
    except (PaymentError, Mismatch) as error:
        if isinstance(error, PaymentError) and error.retryable:
            raise
        log.warning("a payment cannot be read for the books", source=source, reason=str(error))
        return False
    return True


def differences(session: Session, account: str) -> list[Difference]:
    """Everything about which the two sides differ now, explained or not."""
    return _differences(session, account)


def _differences(session: Session, account: str) -> list[Difference]:
    movements = [line.movement for line in queries.lines(session, account)]
    entries = queries.entries(session, account)
    return [
        *rules.compare(rules.things(movements, entries), clock.now()).differences,
        *_payouts(session, account),
    ]


def _payouts(session: Session, account: str) -> list[Difference]:
    """Payouts that are not the sum of the movements they took, long after Stripe should have told them all."""
    rows = session.exec(
        select(StripePayout).where(
            StripePayout.account == account,
            col(StripePayout.before_minor).is_(None),
            col(StripePayout.by_hand).is_(False),
            StripePayout.made_at < clock.now() - rules.BOOKED_WITHIN,
        )
    ).all()
    found = []
    for row in rows:
        taken = session.exec(
            select(StripeLine.net_minor).where(
                StripeLine.account == account, StripeLine.payout == row.remote_id
            )
        ).all()
        found.append(
            Difference(row.remote_id, Cause.PAYOUT, row.amount_minor, sum(taken), row.currency, row.remote_id)
        )
    return found


def _open_keys(session: Session, account: str) -> set[str]:
    rows = session.exec(
        select(Finding.key).where(Finding.account == account, Finding.state != FindingState.MENDED)
    )
    return set(rows)


def _attribute(session: Session, account: str) -> None:
    """Note whose each movement is, as the ledger tells; one that leads nowhere is the account's only owner's."""
    owners, sole = queries.owners_of_things(session, account), queries.sole_organisation(session, account)
    lines = session.exec(
        select(StripeLine).where(
            StripeLine.account == account,
            or_(col(StripeLine.campaign_id).is_(None), col(StripeLine.organisation_id).is_(None)),
        )
    ).all()
    for line in lines:
        key = rules.key_of(_movement(line))
        organisation, campaign = owners.get(key, (sole, None))
        if (line.organisation_id, line.campaign_id) != (organisation, campaign):
            line.organisation_id, line.campaign_id = organisation, campaign
            session.add(line)
    session.flush()


def _movement(line: StripeLine) -> rules.Movement:
    return rules.Movement(line.remote_id, line.kind, line.net_minor, line.currency, line.source)


def _write_down(
    session: Session, account: str, settled: Sequence[Difference], left: Sequence[Difference]
) -> None:
    rows = {
        row.key: row
        for row in session.exec(select(Finding).where(Finding.account == account).with_for_update())
    }
    owners, sole = queries.owners_of_things(session, account), queries.sole_organisation(session, account)
    for one in settled:
        row = rows.get(one.key) or _finding(session, account, one, owners.get(one.key, (sole, None)))
        if row.state is FindingState.OPEN:
            _close(session, row, FindingState.MENDED)
    for one in left:
        row = rows.get(one.key) or _finding(session, account, one, owners.get(one.key, (sole, None)))
        _stays(session, row, one)
    there = {one.key for one in left}
    for row in rows.values():
        if row.state is FindingState.OPEN and row.key not in there:
            _close(session, row, FindingState.MENDED)


def _stays(session: Session, row: Finding, one: Difference) -> None:
    """An explanation holds for the amount it was given for; another amount is open again."""
    same = (row.stripe_minor, row.ledger_minor) == (one.stripe_minor, one.ledger_minor)
    if row.state is FindingState.MENDED or not same:
        row.state, row.told_at, row.closed_at, row.note = FindingState.OPEN, None, None, ""
        row.found_at = clock.now()
    row.stripe_minor, row.ledger_minor = one.stripe_minor, one.ledger_minor
    row.cause, row.currency = one.cause, one.currency
    session.add(row)
    session.flush()


def _close(session: Session, row: Finding, state: FindingState) -> None:
    row.state, row.closed_at = state, clock.now()
    session.add(row)
    session.flush()


def _finding(
    session: Session, account: str, one: Difference, whose: tuple[int | None, int | None]
) -> Finding:
    row = Finding(
        account=account,
        key=one.key,
        organisation_id=whose[0],
        campaign_id=whose[1],
        cause=one.cause,
        stripe_minor=one.stripe_minor,
        ledger_minor=one.ledger_minor,
        currency=one.currency,
    )
    session.add(row)
    session.flush()
    return row
