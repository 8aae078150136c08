"""Leases: which one of several processes may act alone under a name, until it stops renewing."""

from datetime import timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from app.core import clock
from app.core.db import insert_into, transaction
from app.core.tables import Lease


def hold(name: str, holder: str, *, ttl: timedelta) -> bool:
    """Take a free lease or renew one's own, in a transaction of its own; False when another holds it."""
    now = clock.now()
    values = {"holder": holder, "until": now + ttl, "beat_at": now}
    with transaction() as session:
        renewed = session.exec(
            update(Lease)
            .where(col(Lease.name) == name, or_(col(Lease.holder) == holder, col(Lease.until) <= now))
            .values(**values)
        )
        if renewed.rowcount == 1:
            return True
        # RETURNING rather than the row count, which PostgreSQL's driver does not tell for every insert.
        taken = (
            insert_into(session, Lease)
            .values(name=name, **values)
            .on_conflict_do_nothing()
            .returning(col(Lease.name))
        )
        return session.exec(taken).first() is not None


def release(name: str, holder: str) -> None:
    """Give a lease back, so that another process need not wait for its end."""
    with transaction() as session:
        session.exec(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))


def find(session: Session, name: str) -> Lease | None:
    return session.exec(select(Lease).where(Lease.name == name)).first()
