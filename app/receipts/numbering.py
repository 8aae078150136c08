"""The one place where a receipt gets its number: without gaps, never twice, whatever crashes or runs beside."""

from sqlmodel import Session, col

from app.core.db import insert_into
from app.receipts.models import ReceiptSeries
from app.receipts.rules import Series


def take(session: Session, organisation_id: int, series: Series, year: int) -> int:
    """The next number of a sequence, from 1, in the caller's transaction: undone with it.

    The counter's row stays locked until that transaction ends, so whoever comes second waits for its outcome.
    """
    taken = session.execute(
        insert_into(session, ReceiptSeries)
        .values(organisation_id=organisation_id, series=series, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["organisation_id", "series", "year"], set_={"last": col(ReceiptSeries.last) + 1}
        )
        .returning(col(ReceiptSeries.last))
    )
    return int(taken.scalar_one())
