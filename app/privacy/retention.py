"""Forgetting by schedule: each rule of the table counts what is due, and forgets it."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from app.core import clock
from app.core.db import transaction
from app.privacy.base import Rule
from app.privacy.models import RetentionRun
from app.privacy.schedule import RULES

BATCH = 500  # rows of one run: a backlog is worked off run by run, no page waits for it


def due(session: Session, rule: Rule, now: datetime) -> int:
    """How many rows the rule would forget at this instant."""
    return session.exec(
        select(func.count()).select_from(rule.table).where(rule.which(now - rule.after))
    ).one()


def apply(session: Session, rule: Rule, now: datetime) -> int:
    """Forget what is due, a batch at most; returns how many rows."""
    key = col(rule.table.id)  # type: ignore[attr-defined]
    ids = list(session.exec(select(key).where(rule.which(now - rule.after)).order_by(key).limit(BATCH)))
    if ids:
        rule.forget(session, ids)
    return len(ids)


def forget_due() -> int:
    """Forget what is due, rule by rule, each in a transaction of its own; returns how many rows.

    A batch a rule: what is left is taken the next time.
    """
    counts: dict[str, int] = {}
    now = clock.now()
    for rule in RULES:
        with transaction() as session:
            counts[rule.name] = apply(session, rule, now)
    done = {name: count for name, count in counts.items() if count}
    if done:
        with transaction() as session:
            session.add(RetentionRun(counts=done, at=now))
    return sum(done.values())
