"""Numbers without a gap: workers beside one another, each dying by SIGKILL at some statement or commit."""

import os
import random
import signal
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from app.core import clock, db
from app.donations.models import Gift
from app.donations.rules import EntryKind
from app.receipts import jobs, queries
from app.receipts.models import Receipt
from app.receipts.rules import Series
from tests.conftest import NOW
from tests.receipts.stage import Drive

ROUNDS, BESIDE, GIFTS = 50, 2, 40
LATEST = 120  # about three gifts' statements
FORKS = "ignore:This process .* is multi-threaded:DeprecationWarning"


def _dying(nth: int) -> Callable[..., None]:
    left = iter(range(nth, -1, -1))

    def strike(*_: object) -> None:
        if next(left, 1) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


def _patiently(connection: Any, _record: object) -> None:
    """A machine that stalls is no failure here."""
    for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(f"SET {limit} = 0")
    connection.commit()


def _work(nth: int | None) -> None:
    """One life of a worker; without `nth` it lives to its end."""
    engine = db.get_engine()
    engine.dispose(close=False)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _patiently)
    if nth is not None:
        strike = _dying(nth)
        for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, moment, strike)
    with clock.frozen(NOW):
        jobs.settle_receipts()
    os._exit(0)


def _side_by_side(orders: list[int | None]) -> list[int | None]:
    """How workers that run at once end: 0, or the signal as a negative number."""
    context = get_context("fork")
    lives = [context.Process(target=_work, args=(nth,)) for nth in orders]
    for life in lives:
        life.start()
    for life in lives:
        life.join(300)
    return [life.exitcode for life in lives]


def _check(session: Session) -> None:
    """Each gift stands on one living receipt of each sort, for what the ledger says; numbers run from 1 on."""
    for series in (Series.PLAIN, Series.TAX):
        rows = session.exec(
            select(Receipt).where(Receipt.series == series).order_by(col(Receipt.number))
        ).all()
        assert [one.number for one in rows] == list(range(1, len(rows) + 1))
        assert len({one.label for one in rows}) == len(rows)
    gifts = [gift.id for gift in session.exec(select(Gift))]
    standings = queries.standings(session, gifts)
    for tax in (False, True):
        living = queries.living(session, gifts, tax=tax)
        told = sorted((link.gift_id, link.amount_minor) for link, _ in living)
        assert told == sorted((one, kept.amount_minor) for one, kept in standings.items())


@pytest.mark.filterwarnings(FORKS)
def test_workers_that_die_anywhere_leave_no_gap(
    session: Session,
    engine: Engine,
    *,
    exhaustive: bool,
) -> None:
    rounds = ROUNDS if exhaustive else ROUNDS // 4
    seeds = random.Random(20)  # noqa: S311 - a lottery of moments, no secret
    drive = Drive(session)
    gifts = [drive.gift(1_000 + number) for number in range(GIFTS)]
    drive.settle(gifts[0])  # what a worker compiles and loads is inherited by all of them
    session.commit()
    ends = []
    for number in range(rounds):
        if number % 2:  # money goes back meanwhile: receipts are voided and replaced
            drive.enter(gifts[number % GIFTS], EntryKind.REFUND, -10)
            session.commit()
        session.close()
        engine.dispose()
        ends += _side_by_side([seeds.randrange(LATEST) for _ in range(BESIDE)])
    assert set(ends) <= {0, -signal.SIGKILL}
    assert ends.count(-signal.SIGKILL) > rounds // 2
    assert _side_by_side([None, None, None]) == [0, 0, 0]
    while jobs.settle_receipts():
        pass
    with db.reading() as after:
        _check(after)
        assert not queries.unsettled(after, since=None, limit=1)
