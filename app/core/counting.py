"""Counts of how often something was tried, in the database, so that every process shares them.

Keeps a keyed hash of who tried and a number for each window of time, until the window is over.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import insert_into, transaction
from app.core.tables import RateCount


def count(name: str, who: str, *, seconds: int) -> tuple[int, int]:
    """Count one more try; returns (tries in this window, seconds until it ends)."""
    with transaction() as session:
        tries = add(session, name, who, seconds=seconds)
    return tries, seconds - int(clock.now().timestamp()) % seconds


def add(session: Session, name: str, who: str, *, seconds: int, many: int = 1) -> int:
    """Count more in the caller's transaction, as part of what is noted there; returns the tries in this window."""
    moment = clock.now()
    values: dict[str, Any] = {
        "bucket": keyed_hash("rate", name, who),
        "window": int(moment.timestamp()) // seconds,
        "count": many,
        "expires_at": moment + timedelta(seconds=seconds),
    }
    statement = (
        insert_into(session, RateCount)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["bucket", "window"],
            set_={"count": RateCount.__table__.c.count + many},  # type: ignore[attr-defined]
        )
        .returning(RateCount.__table__.c.count)  # type: ignore[attr-defined]
    )
    return int(session.execute(statement).scalar_one())


def tries(session: Session, name: str, who: str, *, seconds: int) -> int:
    """How many were counted in this window."""
    row = session.get(RateCount, (keyed_hash("rate", name, who), int(clock.now().timestamp()) // seconds))
    return row.count if row else 0


def forgive(session: Session, name: str, who: str, *, seconds: int) -> None:
    """Take back the try just counted, in the caller's transaction, so that only failures count."""
    session.execute(
        update(RateCount)
        .where(
            col(RateCount.bucket) == keyed_hash("rate", name, who),
            col(RateCount.window) == int(clock.now().timestamp()) // seconds,
            col(RateCount.count) > 0,
        )
        .values(count=col(RateCount.count) - 1)
    )


def forget_old_counts(session: Session) -> int:
    """Delete the counts whose window is over; returns how many."""
    result = session.execute(delete(RateCount).where(RateCount.expires_at < clock.now()))  # type: ignore[arg-type]
    return int(getattr(result, "rowcount", 0))
