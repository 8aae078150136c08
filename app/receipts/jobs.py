"""Where time acts on receipts: each paid gift gets its own, refunds void what they make untrue, yearly runs go on."""

from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.db import reading, transaction
from app.payments.door import door
from app.receipts import issuing, queries, yearly

log = structlog.get_logger("receipts")

BATCH = 40  # receipts of one transaction of a run: others wait for it
RECENT = timedelta(days=3)
A_RING = 25  # gifts: on SQLite whoever writes beside must find the database free before long


def settle_receipts() -> int:
    """Bring the receipts of gifts with recent entries to what the ledger says."""
    return _settle(recent=True)


def settle_all_receipts() -> int:
    """The same for every gift: finds what a long stop of the worker left behind."""
    return _settle(recent=False)


def _settle(*, recent: bool) -> int:
    with reading() as session:
        since = clock.now() - RECENT if recent else None
        waiting = queries.unsettled(session, since=since, limit=A_RING if recent else 4 * A_RING)
    return sum(_settled(gift_id) for gift_id in waiting)


def _settled(gift_id: int) -> bool:
    """Settle one gift in a transaction of its own: what is wrong with one must not keep the others waiting."""
    try:
        with transaction() as session:
            issuing.settle(session, gift_id)
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("a receipt could not be written", gift=gift_id)
        return False
    return True


def carry_on_yearly_runs() -> int:
    """Issue the next receipts of the yearly runs under way."""
    with reading() as session:
        waiting = [run.id for run in yearly.waiting_runs(session)]
    live = door().gateway.livemode
    issued = 0
    for run_id in waiting:
        with transaction() as session:
            issued += yearly.carry_on(session, run_id, live=live, most=BATCH)
    return issued
